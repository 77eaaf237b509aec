/*
 * dict.c -- see dict.h.
 *
 * Open addressing with linear probing over codes; texts stand NUL-ended in one run of bytes.  The
 * hash is seeded by where the dict lies in memory, so that a file cannot be written to make all its
 * texts collide; nothing else depends on it.
 */
#include "common/table/dict.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

enum { DICT_FIRST_SLOTS = 16 };

struct dict {
    struct buf texts;
    size_t *at; /* of text i in texts; texts[at[i + 1] - 1] is its NUL */
    size_t at_room;
    uint32_t *hash; /* of text i */
    size_t hash_room;
    int32_t n;
    int32_t *slot; /* n_slots (a power of two) codes, or -1 */
    size_t n_slots;
    uint64_t seed;
};

struct dict *dict_new(void)
{
    struct dict *d = mem_zalloc(1, sizeof *d);
    if (d)
        d->seed = (uint64_t)(uintptr_t)d * 0x9e3779b97f4a7c15u;
    return d;
}

void dict_free(struct dict *d)
{
    if (!d)
        return;
    buf_release(&d->texts);
    mem_free(d->at);
    mem_free(d->hash);
    mem_free(d->slot);
    mem_free(d);
}

int32_t dict_size(const struct dict *d)
{
    return d->n;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0xff51afd7ed558ccdu;
    return h ^ (h >> 32);
}

static uint32_t dict_hash(const struct dict *d, const char *text, size_t len)
{
    uint64_t h = mix(d->seed, len), word;
    for (; len >= sizeof word; text += sizeof word, len -= sizeof word) {
        memcpy(&word, text, sizeof word);
        h = mix(h, word);
    }
    word = 0;
    if (len)
        memcpy(&word, text, len);
    return (uint32_t)(mix(mix(h, word), d->seed) >> 16);
}

const char *dict_text(const struct dict *d, int32_t code, size_t *len)
{
    if (len)
        *len = d->at[code + 1] - d->at[code] - 1;
    return d->texts.data + d->at[code];
}

/* The slot that holds the text, or the free one where it would go. */
static size_t dict_slot(const struct dict *d, uint32_t hash, const char *text, size_t len)
{
    size_t mask = d->n_slots - 1, i = hash & mask;
    for (; d->slot[i] >= 0; i = (i + 1) & mask) {
        size_t have;
        int32_t code = d->slot[i];
        if (d->hash[code] != hash)
            continue;
        const char *other = dict_text(d, code, &have);
        if (have == len && (len == 0 || memcmp(other, text, len) == 0))
            break;
    }
    return i;
}

int32_t dict_find(const struct dict *d, const char *text, size_t len)
{
    return d->n ? d->slot[dict_slot(d, dict_hash(d, text, len), text, len)] : -1;
}

/* Room for one more text in every array. */
static int dict_room(struct dict *d)
{
    size_t n = (size_t)d->n;

    if (mem_grow(&d->hash, &d->hash_room, n + 1, sizeof *d->hash) < 0 ||
        mem_grow(&d->at, &d->at_room, n + 2, sizeof *d->at) < 0)
        return -1;
    if ((n + 1) * 2 <= d->n_slots)
        return 0;
    size_t n_slots = d->n_slots ? d->n_slots * 2 : DICT_FIRST_SLOTS;
    int32_t *slot = mem_alloc(n_slots, sizeof *slot);
    if (!slot)
        return -1;
    memset(slot, 0xff, n_slots * sizeof *slot);
    for (int32_t code = 0; code < d->n; code++) {
        size_t i = d->hash[code] & (n_slots - 1);
        while (slot[i] >= 0)
            i = (i + 1) & (n_slots - 1);
        slot[i] = code;
    }
    mem_free(d->slot);
    d->slot = slot;
    d->n_slots = n_slots;
    return 0;
}

int32_t dict_add(struct dict *d, const char *text, size_t len)
{
    uint32_t hash = dict_hash(d, text, len);
    size_t i = 0, before = d->texts.len;

    if (d->n) {
        i = dict_slot(d, hash, text, len);
        if (d->slot[i] >= 0)
            return d->slot[i];
    }
    if (d->n >= INT32_MAX - 1 || dict_room(d) < 0)
        return -1;
    if (buf_add(&d->texts, text, len) < 0 || buf_char(&d->texts, '\0') < 0) {
        d->texts.len = before;
        return -1;
    }
    d->at[d->n] = before;
    d->at[d->n + 1] = d->texts.len;
    d->hash[d->n] = hash;
    d->slot[dict_slot(d, hash, text, len)] = d->n;
    return d->n++;
}

struct dict *dict_copy(const struct dict *d)
{
    struct dict *copy = dict_new();
    for (int32_t code = 0; copy && code < d->n; code++) {
        size_t len;
        const char *text = dict_text(d, code, &len);
        if (dict_add(copy, text, len) < 0) {
            dict_free(copy);
            return NULL;
        }
    }
    return copy;
}

int dict_reorder(struct dict *d, const int32_t *order)
{
    struct dict *fresh = dict_new();
    for (int32_t code = 0; fresh && code < d->n; code++) {
        size_t len;
        const char *text = dict_text(d, order[code], &len);
        if (dict_add(fresh, text, len) < 0) {
            dict_free(fresh);
            return -1;
        }
    }
    if (!fresh)
        return -1;
    struct dict old = *d;
    *d = *fresh;
    *fresh = old;
    dict_free(fresh);
    return 0;
}
