const o = {}
for (let i = 0; i < 1000000; i++) {
  const k = "key" + i * 7 % 50000
  o[k] = (o[k] ?? 0) + i
}
let total = 0
for (const k in o) total += o[k] % 1000
finish(total + Object.keys(o).length)
