#!/usr/bin/env python3
"""What numpy and safetensors write, for the tests of common/io/format to read and to equal.

    formats.py make         writes the files beside this script and the models that fuzzing begins
                            with, tests/fuzz/corpus/model (all committed)
    formats.py open FILE... opens what learnutils wrote, by numpy or safetensors, and lists it

Needs numpy and safetensors.  The values are in the tests too: see tests/unit/io/test_npy.c and
test_safetensors.c.
"""
import io
import json
import os
import random
import struct
import sys
import zlib

import numpy as np
import safetensors.numpy

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def path(name):
    return os.path.join(HERE, name)


def typed(descr):
    """Six values that need every byte of their type and its sign."""
    dtype = np.dtype(descr)
    if dtype.kind == "b":
        values = [1, 0, 1, 1, 0, 0]
    elif dtype.kind == "f":
        values = [0.5, -1.5, 1000.5, -0.0, np.inf, -(2.0**-14)]
    else:
        bits = min(8 * dtype.itemsize, 53)
        high = 2 ** (bits - 1) - 1
        low = 0 if dtype.kind == "u" else -high - 1
        values = [low, low + 1, 1, 2, high - 1, high]
    return np.array(values, dtype=dtype).reshape(2, 3)


def make_npy():
    with open(path("types.npy"), "wb") as f:
        for order in "<>":
            for name in TYPES:
                np.save(f, typed(order + name))
    with open(path("fortran.npy"), "wb") as f:
        a = np.arange(24).reshape(2, 3, 4)
        np.save(f, np.asfortranarray(a.astype("<f4")))
        np.save(f, np.asfortranarray(a.astype(">i2")))
    with open(path("shapes.npy"), "wb") as f:
        np.save(f, np.array(2.5))
        np.save(f, np.zeros((0, 3), "f4"))
        np.save(f, np.array([1, 2], "u1"))
        np.lib.format.write_array(f, np.array([3.0, 4.0]), version=(2, 0))
        np.lib.format.write_array(f, np.array([5.0]), version=(3, 0))
    np.save(path("written.npy"), np.arange(6, dtype="f4").reshape(2, 3))


def make_safetensors():
    tensors = {name: np.arange(4).astype(name).reshape(2, 2) for name in TYPES}
    tensors["scalar"] = np.array(0.5)
    tensors["empty"] = np.zeros((0, 3), "f4")
    tensors['quoted "\u00e9\n'] = np.array([0.5, -1.0])
    with open(path("written.safetensors"), "wb") as f:
        f.write(safetensors.numpy.save(tensors, metadata={"key": 'a "value"\n'}))


def write_model(name, version, program, crc=None):
    """One number and a description; the CRC-32 covers the arrays, description and program."""
    description = '{"target":"y","classes":["a","b"]}'
    data = np.array([1], "<f4").tobytes()
    if crc is None:
        crc = f"{zlib.crc32(data + description.encode() + program.encode()):08x}"
    meta = {"learnutils": version, "program": program, "crc32": crc, "description": description}
    if not crc:
        del meta["crc32"]
    x = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    header = json.dumps({"__metadata__": meta, "x": x}, separators=(",", ":")).encode()
    with open(os.path.join(HERE, "../../fuzz/corpus/model", name), "wb") as f:
        f.write(struct.pack("<Q", len(header)) + header + data)


def make_models():
    write_model("good", "1", "rf")
    write_model("other", "1", "gbdt")
    write_model("newer", "2", "rf")
    write_model("damaged", "1", "rf", "00000000")
    write_model("nocrc", "1", "rf", "")


def styled(text):
    """Python's shortest digits in learnutils's style: plain from 1e-5 to 1e16, else 1.5e-7."""
    sign = "-" if text.startswith("-") else ""
    mantissa, _, exponent = text.lstrip("-").lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    point = len(whole) + int(exponent or 0)
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if not digits:
        return sign + "0"
    if not -4 <= point <= 16:
        rest = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{point - 1}"
    if point <= 0:
        return sign + "0." + "0" * -point + digits
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return sign + digits[:point] + "." + digits[point:]


def doubles():
    rng = random.Random(1)
    yield from (0.0, -0.0, 1.0, 0.1, 1e-5, 9.999e-6, 1e15, 1e16, 1e17, 1e22, 1e23, 123456.789)
    yield from (5e-324, 2.2250738585072014e-308, sys.float_info.max, 2.0**53, 2.0**53 + 2)
    yield from (9007199254740993.0, 2.0**-44, 2.0**-25, 2.0**-24, 1 / 3, 2 / 3, 100 / 3)
    yield from (5e-5, 299792458.0)
    for e in range(-1074, 1024, 37):
        yield 2.0**e
    for _ in range(60):
        yield struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64) & ~(1 << 62)))[0]
        yield rng.uniform(-1, 1) * 10.0 ** rng.randint(-12, 18)
        yield round(rng.uniform(-1000, 1000), rng.randint(0, 6))


def floats():
    rng = random.Random(2)
    yield from (2.0**-60, 2.0**-47, 2.0**25, 2.0**26, 0.1, 1 / 3, 16777216.0, 1e10)
    yield from (3.4028235e38, 1e-45, 1.1754944e-38, 0.3, 1e-5)
    for e in range(-149, 128, 11):
        yield 2.0**e
    for _ in range(60):
        yield rng.uniform(-1, 1) * 10.0 ** rng.randint(-12, 18)


def make_numbers():
    with open(path("numbers.inc"), "w") as f:
        f.write("/* Made by formats.py: bits, and the shortest decimal of them. */\n")
        start = "static const struct {\n    uint%d_t bits;\n    const char *text;\n} %s[] = {\n"
        f.write(start % (64, "doubles"))
        for v in doubles():
            bits = struct.unpack("<Q", struct.pack("<d", v))[0]
            f.write(f'    {{0x{bits:016x}, "{styled(repr(v))}"}},\n')
        f.write("};\n")
        f.write(start % (32, "floats"))
        for v in map(np.float32, floats()):
            text = styled(np.format_float_scientific(v, unique=True, trim="-"))
            f.write(f'    {{0x{v.view(np.uint32):08x}, "{text}"}},\n')
        f.write("};\n")


def open_file(name):
    with open(name, "rb") as f:
        data = f.read()
    if data[:6] == b"\x93NUMPY":
        stream = io.BytesIO(data)
        while stream.tell() < len(data):
            a = np.load(stream, allow_pickle=False)
            print(f"{name}: {a.dtype.str} {a.shape} sum {a.sum(dtype=float):g}")
    else:
        for key, a in sorted(safetensors.numpy.load(data).items()):
            print(f"{name}: {key}: {a.dtype.str} {a.shape} sum {a.sum(dtype=float):g}")


def main():
    if sys.argv[1:] == ["make"]:
        make_npy()
        make_safetensors()
        make_numbers()
        make_models()
    elif sys.argv[1:2] == ["open"] and len(sys.argv) > 2:
        for name in sys.argv[2:]:
            open_file(name)
    else:
        sys.exit(__doc__)


main()
