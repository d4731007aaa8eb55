const p = { x: 0, y: 1, z: 2 }
for (let i = 0; i < 2000000; i++) {
  p.x = p.x + p.y
  p.y = p.z - p.y
}
finish(p.x + p.y)
