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

enum { DICT_FIRST_SLOTS = 16, FAR_SLOTS = 1 << 13 /* more than the near caches hold */ };

/* The hash stands beside the code, so that most other texts need no look. */
struct slot {
    uint32_t hash;
    int32_t code; /* -1: free */
};

struct dict {
    struct buf texts;
    size_t *at; /* of text i in texts; texts[at[i + 1] - 1] is its NUL */
    size_t at_room;
    int32_t n;
    struct slot *slot; /* n_slots, a power of two */
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

/* Up to 8 bytes as a number, by loads that overlap; different bytes of one length differ. */
static uint64_t short_word(const char *text, size_t len)
{
    uint32_t first, last;

    if (len >= sizeof first) {
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + len - sizeof last, sizeof last);
        return first | (uint64_t)last << 32;
    }
    if (len == 0)
        return 0;
    return (uint64_t)(unsigned char)text[0] | (uint64_t)(unsigned char)text[len / 2] << 8 |
           (uint64_t)(unsigned char)text[len - 1] << 16;
}

static uint32_t dict_hash(const struct dict *d, const char *text, size_t len)
{
    uint64_t h = mix(d->seed, len), word;
    for (; len > sizeof word; text += sizeof word, len -= sizeof word) {
        memcpy(&word, text, sizeof word);
        h = mix(h, word);
    }
    return (uint32_t)(mix(mix(h, short_word(text, len)), d->seed) >> 16);
}

const char *dict_text(const struct dict *d, int32_t code, size_t *len)
{
    if (len)
        *len = d->at[code + 1] - d->at[code] - 1;
    return d->texts.data + d->at[code];
}

/* The slot that holds the text, or the free one where it would go. */
static struct slot *dict_slot(const struct dict *d, uint32_t hash, const char *text, size_t len)
{
    size_t mask = d->n_slots - 1, i = hash & mask;
    for (; d->slot[i].code >= 0; i = (i + 1) & mask) {
        size_t have;
        if (d->slot[i].hash != hash)
            continue;
        const char *other = dict_text(d, d->slot[i].code, &have);
        if (have == len && (len == 0 || memcmp(other, text, len) == 0))
            break;
    }
    return &d->slot[i];
}

int32_t dict_find(const struct dict *d, const char *text, size_t len)
{
    return d->n ? dict_slot(d, dict_hash(d, text, len), text, len)->code : -1;
}

void dict_expect(const struct dict *d, const char *text, size_t len)
{
    if (d->n_slots > FAR_SLOTS)
        __builtin_prefetch(&d->slot[dict_hash(d, text, len) & (d->n_slots - 1)]);
}

/* Room for one more text among the slots, which move; there is always a free one. */
static int dict_grow(struct dict *d)
{
    size_t n_slots = d->n_slots ? d->n_slots * 2 : DICT_FIRST_SLOTS;
    struct slot *slot = mem_alloc(n_slots, sizeof *slot);
    if (!slot)
        return -1;
    memset(slot, 0xff, n_slots * sizeof *slot);
    for (size_t from = 0; from < d->n_slots; from++) {
        if (d->slot[from].code < 0)
            continue;
        size_t i = d->slot[from].hash & (n_slots - 1);
        while (slot[i].code >= 0)
            i = (i + 1) & (n_slots - 1);
        slot[i] = d->slot[from];
    }
    mem_free(d->slot);
    d->slot = slot;
    d->n_slots = n_slots;
    return 0;
}

int32_t dict_add(struct dict *d, const char *text, size_t len)
{
    uint32_t hash = dict_hash(d, text, len);
    struct slot *slot = d->n_slots ? dict_slot(d, hash, text, len) : NULL;
    size_t n = (size_t)d->n, before = d->texts.len;

    if (slot && slot->code >= 0)
        return slot->code;
    if (d->n >= INT32_MAX - 1 || mem_grow(&d->at, &d->at_room, n + 2, sizeof *d->at) < 0)
        return -1;
    if ((n + 1) * 2 > d->n_slots) {
        if (dict_grow(d) < 0)
            return -1;
        slot = dict_slot(d, hash, text, len);
    }
    if (buf_add(&d->texts, text, len) < 0 || buf_char(&d->texts, '\0') < 0) {
        d->texts.len = before;
        return -1;
    }
    d->at[n] = before;
    d->at[n + 1] = d->texts.len;
    *slot = (struct slot){hash, d->n};
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
