class P:
    pass

def main():
    p = P()
    p.x, p.y, p.z = 0, 1, 2
    for i in range(2000000):
        p.x = p.x + p.y
        p.y = p.z - p.y
    return p.x + p.y

finish(main())
