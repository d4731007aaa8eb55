function consensus(results) {
  const groups = []
  let whole = 0
  for (const result of results) {
    whole += result.confidence
    const group = groups.find(it => it.value === result.value)
    if (group) {
      group.weight += result.confidence
      group.count += 1
    } else groups.push({ value: result.value, weight: result.confidence, count: 1 })
  }
  let best = null
  for (const group of groups) if (group.weight > 0 && (best === null || group.weight > best.weight)) best = group
  if (best === null) return { value: null, confidence: 0 }
  return { value: best.value, confidence: Math.floor(best.weight / whole * (best.weight / best.count) + 0.5) }
}
const panels = []
for (let p = 0; p < 64; p++) {
  const panel = []
  for (let i = 0; i < 15; i++) panel.push({ value: (i * 7 + p * 3) % 5, confidence: (i * 13 + p * 29) % 101 * 10000000 })
  panels.push(panel)
}
let total = 0
for (let turn = 0; turn < 200000; turn++) {
  const agreed = consensus(panels[turn % 64])
  total += agreed.value * 10 + Math.floor(agreed.confidence / 1000000)
}
finish(total)
