def main():
    o = {}
    for i in range(1000000):
        k = "key" + str(i * 7 % 50000)
        o[k] = o.get(k, 0) + i
    total = 0
    for v in o.values():
        total += v % 1000
    return total + len(o)

finish(main())
