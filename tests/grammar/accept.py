#!/usr/bin/env python3
"""Whether Lark reads what the parser reads.

    python3 tests/grammar/accept.py --bin target/debug/prism

takes every program of the tests, the examples, the library and the documents, formats it with `prism fmt`, and gives it
to Lark's Earley parser with the grammar that `prism grammar --format lark` prints. All must be accepted. Programs that
`prism fmt` refuses are given to Lark as they are, and it is reported how many of them it refuses too.

It needs the package `lark`; without it the exit code is 77.
"""

import argparse
import multiprocessing
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ["tests", "examples", "stdlib", "docs", "src/cli/project"]
DOCUMENTS = ["README.md"]
FENCED = re.compile(r"^(?:(`{3,})prism\b[^\n]*|(~~~))\n(.*?)^(?:\1|\2)$", re.M | re.S)


def programs():
    """Every program with where it stands."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    for path in paths + [ROOT / name for name in DOCUMENTS]:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".prism":
            yield name, path.read_bytes()
        elif path.suffix == ".md":
            text = path.read_text()
            for block in FENCED.finditer(text):
                line = text.count("\n", 0, block.start()) + 2
                yield f"{name}:{line}", block.group(3).encode()


def formatted(binary, text):
    """The program in the one spelling; none if it is no program."""
    done = subprocess.run([binary, "fmt", "-"], input=text, capture_output=True)
    return done.stdout.decode() if done.returncode == 0 else None


PARSER = None


def prepare(grammar):
    global PARSER
    import lark

    PARSER = lark.Lark(grammar, parser="earley", start="program", ambiguity="forest")


def refusal(text):
    """Why Lark does not read a text; none if it does."""
    import lark

    try:
        PARSER.parse(text)
    except lark.exceptions.LarkError as error:
        return str(error).split("\n")[0]
    return None


def work(case):
    name, text = case
    return name, refusal(text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--bin", default=str(ROOT / "target/debug/prism"), help="the binary")
    arguments.add_argument("--every", type=int, default=1, help="only every n-th program")
    arguments.add_argument("--only", default="", help="only those whose place holds this text")
    arguments.add_argument("--jobs", type=int, default=2)
    options = arguments.parse_args()
    try:
        import lark
    except ImportError:
        print("the package `lark` is not there")
        return 77
    begun = time.time()
    grammar = subprocess.run([options.bin, "grammar", "--format", "lark"], check=True, capture_output=True).stdout.decode()
    valid, invalid = {}, {}
    for name, text in [case for case in programs() if options.only in case[0]][:: options.every]:
        spelled = formatted(options.bin, text)
        if spelled is not None:
            valid.setdefault(spelled, name)
        else:
            invalid.setdefault(text.decode(errors="replace"), name)
    valid = [(name, text) for text, name in valid.items()]
    invalid = [(name, text) for text, name in invalid.items()]
    with multiprocessing.Pool(options.jobs, prepare, (grammar,)) as pool:
        refused = [(name, why) for name, why in pool.imap_unordered(work, valid, 4) if why]
        accepted = [name for name, why in pool.imap_unordered(work, invalid, 4) if not why]
    size = sum(len(text) for _, text in valid)
    for name, why in sorted(refused):
        print(f"refused: {name}: {why}")
    print(f"{len(valid) - len(refused)} of {len(valid)} programs accepted ({size} characters, {time.time() - begun:.0f} s)")
    print(f"{len(invalid) - len(accepted)} of {len(invalid)} texts that do not parse refused; accepted: {' '.join(sorted(accepted))}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
