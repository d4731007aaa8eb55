def main():
    total = 0
    for i in range(1, 300000):
        n = i
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            total += 1
    return total

finish(main())
