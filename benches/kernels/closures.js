const xs = Array.from({ length: 1000000 }, (_, i) => i)
const k = 3
let total = 0
for (let turn = 0; turn < 5; turn++) {
  total += xs.map(x => x * k + turn).filter(x => x % 2 === 0).reduce((sum, x) => sum + x, 0)
}
finish(total)
