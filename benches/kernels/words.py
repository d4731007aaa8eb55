def main():
    words = []
    seed = 42
    for i in range(1000000):
        seed = seed * 16807 % 2147483647
        words.append("w" + str(seed % 5000))
    text = " ".join(words)
    counts = {}
    for word in text.split(" "):
        counts[word] = counts.get(word, 0) + 1
    return len(",".join(counts.keys())) + max(counts.values()) + len(text)

finish(main())
