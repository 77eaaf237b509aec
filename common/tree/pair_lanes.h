/*
 * pair_lanes.h -- gains of eight cuts of two classes at once (AVX-512), for Gini.
 */
#ifndef COMMON_TREE_PAIR_LANES_H
#define COMMON_TREE_PAIR_LANES_H

#include "common/tree/pair.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define PAIR_LANES_CODE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

/* What the cuts of a node are judged by, in every lane. */
struct pair_lanes {
    __m512d unit, node_score, draws, second, min_leaf;
};

PAIR_LANES_CODE static inline struct pair_lanes pair_lanes_of(const struct pair_cuts *c)
{
    return (struct pair_lanes){_mm512_set1_pd(c->unit), _mm512_set1_pd(c->node_score),
        _mm512_set1_pd((double)c->draws), _mm512_set1_pd((double)c->second),
        _mm512_set1_pd((double)c->node->min_leaf)};
}

/* The gains with so many draws on the left, and of the second class; valid: both sides have enough.
 * Every operation is that of pair_cut.c, in its order. */
PAIR_LANES_CODE static inline __m512d pair_gains(
    const struct pair_lanes *l, __m512d draws, __m512d second, __mmask8 *valid)
{
    __m512d right = _mm512_sub_pd(l->draws, draws), right_second = _mm512_sub_pd(l->second, second);
    *valid = _mm512_cmp_pd_mask(draws, l->min_leaf, _CMP_GE_OQ) &
             _mm512_cmp_pd_mask(right, l->min_leaf, _CMP_GE_OQ);
    __m512d a = _mm512_mul_pd(_mm512_sub_pd(draws, second), l->unit);
    __m512d b = _mm512_mul_pd(second, l->unit);
    __m512d c = _mm512_mul_pd(_mm512_sub_pd(right, right_second), l->unit);
    __m512d d = _mm512_mul_pd(right_second, l->unit);
    __m512d left_score =
        _mm512_div_pd(_mm512_add_pd(_mm512_mul_pd(a, a), _mm512_mul_pd(b, b)), _mm512_add_pd(a, b));
    __m512d right_score =
        _mm512_div_pd(_mm512_add_pd(_mm512_mul_pd(c, c), _mm512_mul_pd(d, d)), _mm512_add_pd(c, d));
    return _mm512_sub_pd(_mm512_add_pd(left_score, right_score), l->node_score);
}

#endif

#endif
