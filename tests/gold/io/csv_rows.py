#!/usr/bin/env python3
"""CSV texts full of quotes, delimiters and line ends, and what Python's csv module reads from them.

    python3 tests/gold/io/csv_rows.py > tests/gold/io/csv_rows.inc

Each case is {text, length, rows, columns, fields}: the fields one after another, each ended by \\1,
a byte that no field has.  Every text is well-formed; Python reads it with strict=True.
"""
import csv
import io
import random

N_CASES = 60
ALPHABET = ["a", "b", "7", ",", ",", '"', '"', "\n", "\r\n", "\r", " ", "\t", ";", "\u00e9", ""]


def literal(data):
    """A C string literal; octal escapes, which cannot swallow a digit that follows."""
    out = ""
    for byte in data:
        if 32 <= byte < 127 and chr(byte) not in '"\\?':
            out += chr(byte)
        else:
            out += "\\%03o" % byte
    return '"%s"' % out


def field(rng):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.choice([0, 1, 2, 3, 8])))


def written(rng, value):
    if any(c in value for c in '",\r\n') or rng.random() < 0.2:
        return '"' + value.replace('"', '""') + '"'
    return value


def case(rng):
    columns = rng.choice([1, 2, 2, 3, 5])
    end = rng.choice(["\n", "\r\n"])
    rows = [[field(rng) for _ in range(columns)] for _ in range(rng.randint(1, 4))]
    text = end.join(",".join(written(rng, value) for value in row) for row in rows)
    text += end if rng.random() < 0.7 or text.endswith("\n") or not text else ""
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    read = [row if row else [""] for row in read]  # a blank line: one column, missing
    return text, columns, read


def main():
    rng = random.Random(7)
    for _ in range(N_CASES):
        text, columns, rows = case(rng)
        if any(len(row) != columns for row in rows):
            raise SystemExit("a case that is not what it was meant to be")
        data = text.encode()
        fields = "".join(value + "\1" for row in rows for value in row).encode()
        print("{%s, %d, %d, %d," % (literal(data), len(data), len(rows), columns))
        print("    %s}," % literal(fields))


main()
