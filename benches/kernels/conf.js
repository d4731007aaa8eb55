function add(a, b) {
  return { value: a.value + b.value, confidence: Math.min(a.confidence, b.confidence) }
}
let high = 0
let medium = 0
let low = 0
for (let i = 0; i < 5000000; i++) {
  const seen = { value: i, confidence: Math.round(i % 97 / 96 * 1e9) }
  const known = { value: 1, confidence: Math.round(i % 89 / 88 * 1e9) }
  const both = add(seen, known)
  if (both.confidence >= 700000000) high += 1
  else if (both.confidence >= 500000000) medium += 1
  else low += 1
}
finish(high * 4 + medium * 2 + low)
