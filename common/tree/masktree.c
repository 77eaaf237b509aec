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
            m->splits[n++] = (struct mask_node){
                .column = (uint32_t)(b->col & (BYTETREE_COLS_MAX - 1)) * MASKTREE_ROWS,
                .self = (uint16_t)i,
                .child = (uint16_t)b->child,
                .start = b->start,
                .width = b->width,
                .category = b->col & BYTETREE_CATEGORY};
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

#define MASK_CODE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi")))

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

enum { WORDS = MASKTREE_ROWS / 64 };

/* Which of the 64 rows of a word go right. */
MASK_CODE __attribute__((always_inline)) static inline uint64_t goes_right(
    const struct masktree *m, const struct mask_node *n, __m512i codes, bool missing, bool sets)
{
    if (sets && n->category)
        return ~in_set(&m->sets[n->start | n->width << 8], codes);
    if (missing)
        return _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(codes, _mm512_set1_epi8((char)n->start)),
            _mm512_set1_epi8((char)n->width));
    return _mm512_cmpgt_epu8_mask(codes, _mm512_set1_epi8((char)(n->start + n->width)));
}

#define WORD(i)                                                                                    \
    right = goes_right(m, n, _mm512_loadu_si512(column + 64 * (i)), missing, sets);                \
    here = reach[n->self][i];                                                                      \
    reach[n->child][i] = here & ~right;                                                            \
    reach[n->child + 1][i] = here & right

/* missing and sets are constants where this is called. */
MASK_CODE __attribute__((always_inline)) static inline void propagate(const struct masktree *m,
    const uint8_t *codes, bool missing, bool sets, uint64_t reach[2 * MASKTREE_LEAVES][WORDS])
{
    for (int i = 0; i < WORDS; i++)
        reach[0][i] = UINT64_MAX;
    for (const struct mask_node *n = m->splits, *end = n + m->n_splits; n < end; n++) {
        const uint8_t *column = codes + n->column;
        uint64_t right, here;
        WORD(0);
        WORD(1);
        WORD(2);
        WORD(3);
    }
}

MASK_CODE void masktree_leaves(
    const struct masktree *m, const uint8_t *codes, bool missing, uint8_t leaf[MASKTREE_ROWS])
{
    uint64_t reach[2 * MASKTREE_LEAVES][WORDS];

    if (m->sets)
        propagate(m, codes, true, true, reach);
    else if (missing)
        propagate(m, codes, true, false, reach);
    else
        propagate(m, codes, false, false, reach);
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a, number = a;
    const __m512i one = _mm512_set1_epi8(1);
    for (int i = 0; i < m->n_leaves; i++) {
        const uint64_t *here = reach[m->leaf_node[i]];
        a = _mm512_mask_mov_epi8(a, here[0], number);
        b = _mm512_mask_mov_epi8(b, here[1], number);
        c = _mm512_mask_mov_epi8(c, here[2], number);
        d = _mm512_mask_mov_epi8(d, here[3], number);
        number = _mm512_add_epi8(number, one);
    }
    _mm512_storeu_si512(leaf, a);
    _mm512_storeu_si512(leaf + 64, b);
    _mm512_storeu_si512(leaf + 128, c);
    _mm512_storeu_si512(leaf + 192, d);
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
