#!/usr/bin/env python3
"""Write the made-up and derived files of testdata: make.py TESTDATA

flats.csv is invented from beginning to end; the others are iris.csv in other formats, and short
rows typed here.  Needs numpy.  The same bytes come every time."""
import csv
import gzip
import io
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])


class Draw:
    """Numbers of a linear congruential generator (Knuth, MMIX), so that no version matters."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def one_of(self, items):
        return items[self.below(len(items))]


STREETS = ["Mill Lane", "Harbour Street, rear", "Rue de l'Église", "High Street", "Kiln \"Old\" Yard"]
DISTRICTS = ["north", "harbour", "centre", "south"]
NOTES = ["", "", "", "needs paint", "near the park, quiet", "called \"the Nest\"",
         "two balconies\nno lift", "; sold as seen"]


def flat(draw, number):
    rooms = 1 + draw.below(5)
    area = 14 * rooms + draw.below(20) + draw.below(10) / 10
    district = draw.one_of(DISTRICTS)
    lift = draw.one_of(["yes", "no"])
    listed = f"2021-{1 + draw.below(12):02d}-{1 + draw.below(28):02d}"
    rent = 120 + 9.5 * area + 90 * DISTRICTS.index(district) + (40 if lift == "yes" else 0)
    rent += draw.below(161) - 80
    row = [f"F{1000 + 7 * number}", draw.one_of(STREETS), district, f"0{4100 + draw.below(9)}",
           listed, f"{area:g}", rooms, lift, draw.one_of(NOTES), f"{rent:.0f}"]
    for column, gap in ((5, "NA"), (7, ""), (4, "?")):  # one in twelve is missing
        if draw.below(12) == 0:
            row[column] = gap
    return row


def write(name, data):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


text = io.StringIO()
out = csv.writer(text, lineterminator="\n")
out.writerow("id street district postcode listed area rooms lift note rent".split())
draw = Draw(1)
for i in range(120):
    out.writerow(flat(draw, i))
write("flats.csv", text.getvalue())

iris = (folder / "iris.csv").read_text()
header, *rows = [line.split(",") for line in iris.splitlines()]
species = sorted({r[4] for r in rows})
write("iris.csv.gz", gzip.compress(iris.encode(), 9, mtime=0))
write("iris-crlf.csv", "\ufeff" + iris.replace("\n", "\r\n"))
write("iris.tsv", iris.replace(",", "\t"))
write("iris-no-header.csv", iris.split("\n", 1)[1])
write("iris.libsvm", "".join(
    f"{species.index(r[4])} " + " ".join(f"{i + 1}:{v}" for i, v in enumerate(r[:4])) + "\n"
    for r in rows))
array = io.BytesIO()
np.save(array, np.array([r[:4] for r in rows], dtype="<f4"))
write("iris.npy", array.getvalue())

write("ranks.libsvm", """\
# relevance qid:query index:value ...; entries left out are missing or 0
2 qid:1 1:0.9 2:3 5:1
1 qid:1 1:0.7 3:2
0 qid:1 2:1 5:0.5
0 qid:1 4:-1
1 qid:2 1:0.8 2:2
0 qid:2 3:4 # a comment
2 qid:2 1:0.6 2:5 4:0.25
0 qid:3 5:1e-3
1 qid:3 1:0.5 3:1 5:2
""")
