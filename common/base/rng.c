/* rng.c -- Philox4x32-10; see rng.h. */
#include "common/base/rng.h"

#include <math.h>

enum { ROUNDS = 10 };

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];

    for (int i = 0; i < ROUNDS; i++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* A bijection of 64 bits (Steele, Lea, Flood 2014), to spread seed and purpose over the key. */
static uint64_t splitmix64(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

void rng_init(struct rng *r, uint64_t seed, enum rng_purpose purpose, uint32_t step, uint64_t row)
{
    uint64_t key = splitmix64(splitmix64(seed) + (uint64_t)purpose);
    *r = (struct rng){
        .key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .counter = {0, (uint32_t)row, (uint32_t)(row >> 32), step},
    };
}

uint32_t rng_u32(struct rng *r)
{
    if (!r->left) {
        philox4x32(r->counter, r->key, r->out);
        r->counter[0]++;
        r->left = 4;
    }
    return r->out[4 - r->left--];
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t low = rng_u32(r);
    return low | (uint64_t)rng_u32(r) << 32;
}

/* Lemire 2019: the high half of a product, refusing the few draws that would favour low results. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
    if (n <= UINT32_MAX) {
        uint64_t product = (uint64_t)rng_u32(r) * n;
        if ((uint32_t)product < n) {
            uint32_t refuse = -(uint32_t)n % (uint32_t)n;
            while ((uint32_t)product < refuse)
                product = (uint64_t)rng_u32(r) * n;
        }
        return product >> 32;
    }
    uint64_t refuse = -n % n, x;
    do
        x = rng_u64(r);
    while (x < refuse);
    return x % n;
}

double rng_uniform(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

double rng_normal(struct rng *r)
{
    double radius = sqrt(-2 * log(1 - rng_uniform(r)));
    return radius * cos(2 * 3.14159265358979323846 * rng_uniform(r));
}

void rng_shuffle(struct rng *r, uint32_t *index, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)rng_below(r, i), held = index[i - 1];
        index[i - 1] = index[j];
        index[j] = held;
    }
}
