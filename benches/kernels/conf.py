def add(a, b):
    return (a[0] + b[0], min(a[1], b[1]))

def main():
    high = medium = low = 0
    for i in range(5000000):
        seen = (i, round(i % 97 / 96 * 1e9))
        known = (1, round(i % 89 / 88 * 1e9))
        both = add(seen, known)
        if both[1] >= 700000000:
            high += 1
        elif both[1] >= 500000000:
            medium += 1
        else:
            low += 1
    return high * 4 + medium * 2 + low

finish(main())
