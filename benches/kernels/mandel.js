let total = 0
for (let y = 0; y < 400; y++) {
  for (let x = 0; x < 400; x++) {
    const a = x / 200 - 1.5
    const b = y / 200 - 1
    let zr = 0
    let zi = 0
    let i = 0
    while (i < 50 && zr * zr + zi * zi < 4) {
      const t = zr * zr - zi * zi + a
      zi = 2 * zr * zi + b
      zr = t
      i += 1
    }
    total += i
  }
}
finish(total)
