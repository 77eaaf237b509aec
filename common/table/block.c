/* block.c -- see block.h. */
#include "common/table/block.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"

enum {
    PIECE_SIZE = 1 << 17,
    PIECE_SIZE_MAX = 1 << 24,
    PIECES_MIN = 32,
    PIECES_PER_THREAD = 8,
    TALLIES_MAX = 1 << 18,
    CELLS_AT_ONCE = 1 << 12, /* of all columns: their places stay in the first cache */
    LINES_MIN = 8,           /* at once, even so: what the kernels like */
    COLUMNS_WIDE = 1 << 16,  /* where it is line by line */
    FIRST_ROWS = 16,         /* read one by one: they settle what most columns are */
    GROWTH_MAX = 64,         /* what the first rows may say about the others */
};
#define MARGIN 0.05

int block_init(struct block *b, struct source *s, int n_columns, bool settling, struct err *err)
{
    struct source_pieces pieces = source_pieces(s);
    int threads = pool_size(), n = threads * PIECES_PER_THREAD;

    n = n < PIECES_MIN ? PIECES_MIN : n;
    *b = (struct block){.source = s, .slow = settling ? FIRST_ROWS : 0, .n_columns = n_columns};
    b->kernels = csv_kernels(cpu_level());
    b->piece_size = pieces.size ? (size_t)pieces.size : PIECE_SIZE;
    b->pieces_max = pieces.n ? pieces.n : n;
    if (b->pieces_max > TALLIES_MAX / n_columns)
        b->pieces_max = TALLIES_MAX / n_columns;
    b->pieces_max = b->pieces_max < 1 ? 1 : b->pieces_max;
    b->patience = b->pieces_max;
    if (pieces.none || source_format(s) != FORMAT_CSV)
        b->pieces_max = 0;
    size_t room = (size_t)b->pieces_max;
    b->piece = mem_zalloc(room, sizeof *b->piece);
    b->tally = mem_alloc(room, (size_t)n_columns * sizeof *b->tally);
    if (b->piece && b->tally)
        return 0;
    block_release(b);
    return err_memory(err);
}

void block_release(struct block *b)
{
    for (int i = 0; b->piece && i < b->pieces_max; i++)
        mem_free(b->piece[i].texts);
    mem_free(b->piece);
    mem_free(b->tally);
    mem_free(b->places);
    *b = (struct block)BLOCK_INIT;
}

/* ---- taking pieces ---- */

/* Length of the piece that starts at text: whole lines, at least one. */
static size_t piece_length(const struct block *b, const char *text, size_t left)
{
    if (left <= b->piece_size)
        return left;
    const char *end = memchr(text + b->piece_size - 1, '\n', left - (b->piece_size - 1));
    return (size_t)(end + 1 - text);
}

static void cut_pieces(struct block *b)
{
    const char *text = b->span.lines.text;
    size_t left = b->span.lines.len;

    for (b->n_pieces = 0; left && b->n_pieces < b->patience; b->n_pieces++) {
        struct block_piece *p = &b->piece[b->n_pieces];
        p->text = text;
        p->len = piece_length(b, text, left);
        text += p->len;
        left -= p->len;
    }
}

static void piece_census(void *ctx, int64_t i, int worker)
{
    struct block *b = ctx;
    (void)worker;
    b->kernels->census(b->piece[i].text, b->piece[i].len, &b->piece[i].census);
}

/* Numbers the rows of the plain pieces up to the first that is not. */
static void number_pieces(struct block *b, int64_t max_rows)
{
    int64_t line = b->span.lines.line;
    int n = 0;

    b->n_rows = 0;
    b->n_bytes = 0;
    for (; n < b->n_pieces; n++) {
        struct block_piece *p = &b->piece[n];
        if (!p->census.plain || (n && b->n_rows + p->census.n_lines > max_rows))
            break;
        p->row = b->n_rows;
        p->line = line + b->n_rows;
        p->good = p->no_memory = false;
        p->n_texts = p->kept = 0;
        p->tally = b->tally + (size_t)n * (size_t)b->n_columns;
        b->n_rows += p->census.n_lines;
        b->n_bytes += p->len;
    }
    if (n == 0)
        b->slow = b->piece[0].census.n_lines;
    if (n < b->n_pieces && !b->piece[n].census.plain)
        b->patience = 1;
    b->n_pieces = n;
}

int block_take(struct block *b, int64_t max_rows, struct err *err)
{
    size_t want = b->piece_size * (size_t)b->patience;

    b->n_rows = b->n_pieces = b->n_good = 0;
    if (b->slow || !b->pieces_max)
        return 0;
    if (source_ahead(b->source, want, &b->span, err) < 0)
        return -1;
    if (b->span.lines.len == 0) { /* a longer line than that, perhaps */
        b->piece_size *= b->piece_size < PIECE_SIZE_MAX ? 2 : 1;
        return 0;
    }
    cut_pieces(b);
    pool_run(b->n_pieces, piece_census, b);
    number_pieces(b, max_rows);
    return b->n_pieces > 0;
}

size_t block_expected(const struct block *b, int64_t n_rows)
{
    size_t need = (size_t)(n_rows + b->n_rows), left = b->span.left;

    if (left >= SIZE_MAX / 2 || need >= SIZE_MAX / GROWTH_MAX)
        return need;
    double rows = (double)b->n_rows / (double)b->n_bytes * (1 + MARGIN);
    double rest = (double)(left + b->span.lines.len - b->n_bytes) * rows;
    double most = (double)need * (GROWTH_MAX - 1);
    return need + (size_t)(rest < most ? rest : most);
}

int block_reserve(
    const struct block *b, void *array, size_t *room, int64_t n_rows, size_t size, struct err *err)
{
    size_t need = (size_t)(n_rows + b->n_rows), expected = block_expected(b, n_rows);
    void *grown;

    if (need <= *room)
        return 0;
    if (expected == need)
        return mem_grow(array, room, need, size) < 0 ? err_memory(err) : 0;
    memcpy(&grown, array, sizeof grown);
    grown = mem_resize(grown, expected, size);
    if (!grown)
        return err_memory(err);
    memcpy(array, &grown, sizeof grown);
    *room = expected;
    mem_expect(grown, (size_t)((double)expected / (1 + MARGIN)) * size);
    return 0;
}

int64_t block_done(struct block *b, int n)
{
    int64_t rows = 0;
    size_t bytes = 0;

    for (int i = 0; i < n; i++) {
        rows += b->piece[i].census.n_lines;
        bytes += b->piece[i].len;
    }
    source_pass(b->source, bytes, rows);
    if (n < b->n_pieces) {
        b->slow = b->piece[n].census.n_lines;
        b->patience = 1;
    } else if (b->patience < b->pieces_max) {
        b->patience = 2 * b->patience < b->pieces_max ? 2 * b->patience : b->pieces_max;
    }
    return rows;
}

void block_slow(struct block *b, int64_t n_rows)
{
    b->slow -= b->slow < n_rows ? b->slow : n_rows;
}

/* ---- filling them ---- */

struct fill {
    struct block *block;
    const struct block_column *want;
    int n;
    block_function *fn;
    void *ctx;
};

/* Where the fields of n lines begin, column by column: those of column i stand at
 * place[i * stride], those of the lines' ends come last. */
static void turn_places(const uint32_t *begin, int n, int n_columns, uint32_t *place, size_t stride)
{
    for (int r = 0; r < n; r++) {
        const uint32_t *line = begin + (size_t)r * (size_t)n_columns;
        for (int i = 0; i <= n_columns; i++)
            place[(size_t)i * stride + (size_t)r] = line[i];
    }
}

/* Lines that end in CRLF end before it. */
static void strip_returns(const char *text, const uint32_t *begin, uint32_t *next, int n)
{
    for (int i = 0; i < n; i++)
        if (next[i] - 1 > begin[i] && text[next[i] - 2] == '\r')
            next[i]--;
}

/* n lines whose fields begin at begin[]. */
static bool fill_lines(const struct fill *f, struct block_piece *p, const uint32_t *begin,
    uint32_t *place, int n, int64_t row)
{
    const struct source_span *span = &f->block->span;
    size_t stride = (size_t)f->block->stride, last = (size_t)(span->n_columns - 1) * stride;

    turn_places(begin, n, span->n_columns, place, stride);
    if (p->census.returns)
        strip_returns(p->text, place + last, place + last + stride, n);
    for (int i = 0; i < f->n; i++) {
        int column = f->want[i].column, from = f->want[i].from;
        from = from >= 0 && span->from ? span->from[from] : from;
        const uint32_t *first = place + (from < 0 ? 0 : (size_t)from * stride);
        const struct block_cells c = {.cells = {p->text, first, first + stride, n},
            .column = column,
            .row = row,
            .block = f->block,
            .piece = p,
            .tally = &p->tally[column]};
        if (!f->fn(f->ctx, &c))
            return false;
    }
    return true;
}

/* Does every line have as many fields as there are columns?  A newline too many elsewhere is one
 * too few in the end. */
static bool lines_are_even(const char *text, const uint32_t *begin, int n, int n_columns)
{
    for (int i = 1; i <= n; i++)
        if (text[begin[(size_t)i * (size_t)n_columns] - 1] != '\n')
            return false;
    return true;
}

static bool fill_piece(
    const struct fill *f, struct block_piece *p, uint32_t *begin, uint32_t *place)
{
    const struct source_span *span = &f->block->span;
    int64_t done = 0, lines = p->census.n_lines;
    uint32_t at = 0;

    memset(p->tally, 0, (size_t)f->block->n_columns * sizeof *p->tally);
    while (done < lines) {
        int n = lines - done < f->block->stride ? (int)(lines - done) : f->block->stride;
        size_t fields = (size_t)n * (size_t)span->n_columns;
        if (f->block->kernels->cut(p->text, at, (uint32_t)p->len, span->delimiter, begin, fields) <
                fields ||
            !lines_are_even(p->text, begin, n, span->n_columns) ||
            !fill_lines(f, p, begin, place, n, p->row + done))
            return false;
        at = begin[fields];
        done += n;
    }
    return at == p->len;
}

static void piece_fill(void *ctx, int64_t i, int worker)
{
    struct fill *f = ctx;
    struct block *b = f->block;
    uint32_t *places = b->places + (size_t)worker * b->places_room;
    b->piece[i].good = fill_piece(f, &b->piece[i], places, places + b->begin_room);
}

/* Scratch memory for each worker: where fields begin, line by line and column by column. */
static int make_places(struct block *b, struct err *err)
{
    int columns = b->span.n_columns, lines = CELLS_AT_ONCE / columns;
    size_t workers = (size_t)pool_size();

    lines = columns > COLUMNS_WIDE   ? 1
            : lines < LINES_MIN      ? LINES_MIN
            : lines <= CSV_CELLS_MAX ? lines
                                     : CSV_CELLS_MAX;
    size_t begin_room = (size_t)lines * (size_t)columns + 1 + CSV_SLACK;
    size_t room = begin_room + (size_t)lines * ((size_t)columns + 1);
    b->stride = lines;
    if (begin_room <= b->begin_room && room <= b->places_room && workers <= b->workers)
        return 0;
    mem_free(b->places);
    b->workers = 0;
    b->places = mem_alloc(workers, room * sizeof *b->places);
    if (!b->places)
        return err_memory(err);
    b->begin_room = begin_room;
    b->places_room = room;
    b->workers = workers;
    return 0;
}

int block_fill(struct block *b, const struct block_column *want, int n, block_function *fn,
    void *ctx, struct err *err)
{
    struct fill f = {.block = b, .want = want, .n = n, .fn = fn, .ctx = ctx};

    if (make_places(b, err) < 0)
        return -1;
    pool_run(b->n_pieces, piece_fill, &f);
    for (b->n_good = 0; b->n_good < b->n_pieces && b->piece[b->n_good].good; b->n_good++)
        continue;
    for (int i = 0; i < b->n_pieces; i++)
        if (b->piece[i].no_memory)
            return err_memory(err);
    return 0;
}

const char *block_cell(const struct block_cells *c, int i, size_t *len)
{
    const char *text = c->cells.text + c->cells.begin[i];
    const char *end = c->cells.text + c->cells.next[i] - 1;

    if (c->block->span.trim) {
        while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        while (text < end && (*text == ' ' || *text == '\t'))
            text++;
    }
    *len = (size_t)(end - text);
    return text;
}

bool block_wait(const struct block_cells *c, int i)
{
    struct block_piece *p = c->piece;
    struct block_text *t;

    if (mem_grow(&p->texts, &p->texts_room, p->n_texts + 1, sizeof *p->texts) < 0) {
        p->no_memory = true;
        return false;
    }
    t = &p->texts[p->n_texts++];
    t->column = c->column;
    t->row = c->row + i;
    t->text = block_cell(c, i, &t->len);
    return true;
}
