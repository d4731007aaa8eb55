from functools import reduce

def main():
    xs = list(range(1000000))
    k = 3
    total = 0
    for turn in range(5):
        mapped = list(map(lambda x: x * k + turn, xs))
        even = list(filter(lambda x: x % 2 == 0, mapped))
        total += reduce(lambda sum, x: sum + x, even, 0)
    return total

finish(main())
