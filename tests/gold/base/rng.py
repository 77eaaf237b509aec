#!/usr/bin/env python3
"""Writes rng.inc: streams of common/base/rng.h in plain Python.

Usage: python3 tests/gold/base/rng.py > tests/gold/base/rng.inc

Written from the papers (Salmon et al. 2011, Steele et al. 2014); it checks
itself against the published answers of Random123 (tests/kat_vectors) before it writes.
"""
M32, M64 = 2**32 - 1, 2**64 - 1


def philox4x32(counter, key, rounds=10):
    c, k = list(counter), list(key)
    for _ in range(rounds):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & M32, a >> 32 ^ c[3] ^ k[1], a & M32]
        k = [(k[0] + 0x9E3779B9) & M32, (k[1] + 0xBB67AE85) & M32]
    return c


def splitmix64(x):
    x = (x + 0x9E3779B97F4A7C15) & M64
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & M64
    x = (x ^ x >> 27) * 0x94D049BB133111EB & M64
    return x ^ x >> 31


def stream(seed, purpose, step, row, n):
    key = splitmix64((splitmix64(seed) + purpose) & M64)
    out = []
    for draw in range((n + 3) // 4):
        out += philox4x32([draw, row & M32, row >> 32, step], [key & M32, key >> 32])
    return out[:n]


assert philox4x32([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]) == [
    0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
# splitmix64 of the state 0 is published with xoshiro (Vigna): first output e220a8397b1dcdaf.
assert splitmix64(0) == 0xE220A8397B1DCDAF

print("/* Written by tests/gold/base/rng.py. */")
for seed, purpose, step, row in [(0, 1, 0, 0), (1, 1, 0, 0), (1, 7, 0, 5), (42, 3, 499, 2**40 + 3),
                                 (M64, 10, M32, M64)]:
    out = ", ".join(f"0x{x:08x}" for x in stream(seed, purpose, step, row, 5))
    print(f"{{{seed}u, {purpose}, {step}u, {row}u, {{{out}}}}},")
