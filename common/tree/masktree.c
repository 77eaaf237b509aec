/* masktree.c -- see masktree.h. */
#include "common/tree/masktree.h"

#include "common/base/cpu.h"
#include "common/base/mem.h"

int masktree_init(
    struct masktree *m, const struct tree *tree, struct bytetree *bytes, struct err *err)
{
    int n = 0;

    *m = (struct masktree){
        .n_splits = (int)(tree->n_nodes - tree->n_leaves), .n_leaves = (int)tree->n_leaves};
    m->splits = mem_alloc((size_t)m->n_splits, sizeof *m->splits);
    m->leaf_node = mem_alloc((size_t)m->n_leaves, sizeof *m->leaf_node);
    if (!m->splits || !m->leaf_node) {
        masktree_release(m);
        return err_memory(err);
    }
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        const struct byte_node *b = &bytes->nodes[i];
        if (b->col & BYTETREE_LEAF)
            m->leaf_node[b->child] = (uint16_t)i;
        else
            m->splits[n++] =
                (struct mask_node){b->col, (uint16_t)i, (uint16_t)b->child, b->start, b->width};
    }
    m->sets = bytes->sets;
    bytes->sets = NULL;
    return 0;
}

void masktree_release(struct masktree *m)
{
    mem_free(m->splits);
    mem_free(m->leaf_node);
    mem_free(m->sets);
    *m = (struct masktree){.n_splits = 0};
}

#if defined(__x86_64__)
#include <immintrin.h>

#define MASK_CODE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

bool masktree_possible(void)
{
    return cpu_level() == CPU_AVX512;
}

/* Which of 64 codes are in the set: bit (code % 8) of byte (code / 8) of its 32. */
MASK_CODE static inline uint64_t in_set(const struct byte_set *set, __m512i codes)
{
    const __m128i *bytes = (const __m128i *)set->word;
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128(bytes));
    const __m512i high = _mm512_broadcast_i32x4(_mm_loadu_si128(bytes + 1));
    const __m512i bits = _mm512_set1_epi64((int64_t)0x8040201008040201);
    __m512i at = _mm512_and_si512(_mm512_srli_epi16(codes, 3), _mm512_set1_epi8(15));
    __mmask64 upper = _mm512_movepi8_mask(codes);
    __m512i byte =
        _mm512_mask_blend_epi8(upper, _mm512_shuffle_epi8(low, at), _mm512_shuffle_epi8(high, at));
    __m512i bit = _mm512_shuffle_epi8(bits, _mm512_and_si512(codes, _mm512_set1_epi8(7)));
    return _mm512_test_epi8_mask(byte, bit);
}

/* missing and sets are constants where this is called. */
MASK_CODE static inline void propagate(const struct masktree *m, const uint8_t *codes, bool missing,
    bool sets, uint64_t reach[2 * MASKTREE_LEAVES][2])
{
    reach[0][0] = reach[0][1] = UINT64_MAX;
    for (int i = 0; i < m->n_splits; i++) {
        const struct mask_node *n = &m->splits[i];
        const uint8_t *column = codes + (size_t)(n->col & (BYTETREE_COLS_MAX - 1)) * MASKTREE_ROWS;
        __m512i x = _mm512_loadu_si512(column), y = _mm512_loadu_si512(column + 64);
        uint64_t right[2];
        if (sets && n->col & BYTETREE_CATEGORY) {
            const struct byte_set *set = &m->sets[n->start | n->width << 8];
            right[0] = ~in_set(set, x);
            right[1] = ~in_set(set, y);
        } else if (missing) {
            __m512i start = _mm512_set1_epi8((char)n->start),
                    width = _mm512_set1_epi8((char)n->width);
            right[0] = _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(x, start), width);
            right[1] = _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(y, start), width);
        } else {
            __m512i cut = _mm512_set1_epi8((char)(n->start + n->width));
            right[0] = _mm512_cmpgt_epu8_mask(x, cut);
            right[1] = _mm512_cmpgt_epu8_mask(y, cut);
        }
        for (int half = 0; half < 2; half++) {
            uint64_t here = reach[n->self][half];
            reach[n->child][half] = here & ~right[half];
            reach[n->child + 1][half] = here & right[half];
        }
    }
}

MASK_CODE void masktree_leaves(
    const struct masktree *m, const uint8_t *codes, bool missing, uint8_t leaf[MASKTREE_ROWS])
{
    uint64_t reach[2 * MASKTREE_LEAVES][2];

    if (m->sets)
        propagate(m, codes, true, true, reach);
    else if (missing)
        propagate(m, codes, true, false, reach);
    else
        propagate(m, codes, false, false, reach);
    __m512i x = _mm512_setzero_si512(), y = x, number = x;
    const __m512i one = _mm512_set1_epi8(1);
    for (int i = 0; i < m->n_leaves; i++) {
        const uint64_t *here = reach[m->leaf_node[i]];
        x = _mm512_mask_mov_epi8(x, here[0], number);
        y = _mm512_mask_mov_epi8(y, here[1], number);
        number = _mm512_add_epi8(number, one);
    }
    _mm512_storeu_si512(leaf, x);
    _mm512_storeu_si512(leaf + 64, y);
}

MASK_CODE void masktree_add(const double *values, const uint8_t leaf[MASKTREE_ROWS], double *out)
{
    for (int i = 0; i < MASKTREE_ROWS; i += 8) {
        __m256i at = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(leaf + i)));
        __m512d value = _mm512_i32gather_pd(at, values, 8);
        _mm512_storeu_pd(out + i, _mm512_add_pd(_mm512_loadu_pd(out + i), value));
    }
}

#else

bool masktree_possible(void)
{
    return false;
}

void masktree_leaves(
    const struct masktree *m, const uint8_t *codes, bool missing, uint8_t leaf[MASKTREE_ROWS])
{
    (void)m, (void)codes, (void)missing, (void)leaf;
}

void masktree_add(const double *values, const uint8_t leaf[MASKTREE_ROWS], double *out)
{
    (void)values, (void)leaf, (void)out;
}

#endif
