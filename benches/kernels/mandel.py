def main():
    total = 0
    for y in range(400):
        for x in range(400):
            a = x / 200 - 1.5
            b = y / 200 - 1
            zr = zi = 0.0
            i = 0
            while i < 50 and zr * zr + zi * zi < 4:
                t = zr * zr - zi * zi + a
                zi = 2 * zr * zi + b
                zr = t
                i += 1
            total += i
    return total

finish(main())
