const all = []
let seed = 42
for (let i = 0; i < 1000000; i++) {
  seed = seed * 16807 % 2147483647
  all.push("w" + seed % 5000)
}
const text = all.join(" ")
const counts = {}
for (const word of text.split(" ")) counts[word] = (counts[word] ?? 0) + 1
let most = 0
for (const word in counts) if (counts[word] > most) most = counts[word]
finish(Object.keys(counts).join(",").length + most + text.length)
