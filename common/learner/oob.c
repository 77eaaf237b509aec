/* oob.c -- see oob.h. */
#include "common/learner/oob.h"

#include <inttypes.h>

#include "common/io/stream/output.h"
#include "common/learner/prediction.h"
#include "common/learner/sheet.h"
#include "common/learner/tally.h"

int oob_tally(struct tally *t, struct bag *bag, const struct forest *f, struct err *err)
{
    int ret = tally_init(t, bag->table, f, true, err);

    while (ret == 0 && bag_next(bag, f->n_trees))
        ret = tally_add(t, f, bag->first, bag->first + bag->n, bag->draws, NULL, NULL, err);
    if (ret == 0)
        ret = tally_measure(t, f, NULL, 0, NULL, err);
    if (ret < 0)
        tally_release(t);
    return ret;
}

struct oob {
    struct tally tally;
    struct prediction_text text;
    const int64_t *row;
};

static int lines_add(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    const struct oob *o = ctx;
    const struct tally *t = &o->tally;
    (void)worker;

    for (int64_t i = first; i < first + n; i++)
        if (buf_printf(text, "%" PRId64 ",", (o->row ? o->row[i] : i) + 1) < 0 ||
            prediction_add_truth(&o->text, t->table->y[i], text) < 0 || buf_char(text, ',') < 0 ||
            (t->n[i] ? prediction_add(&o->text, t->linked + i * o->text.width, text)
                     : prediction_add_none(&o->text, text)) < 0 ||
            buf_printf(text, ",%" PRIu32 "\n", t->n[i]) < 0)
            return -1;
    return 0;
}

/* Writes the header, or only makes it (out NULL). */
static int header_write(const struct target *t, struct output *out, struct err *err)
{
    struct header h = {.delimiter = ',',
        .prefix = "",
        .kind = ERR_USAGE,
        .before = "--oob has a column",
        .after = "of its own: rename the target"};
    int ret = -1;

    if (header_init(&h, err) == 0 && header_add(&h, "row", "", err) == 0 &&
        header_keep(&h, t->name, err) == 0 && prediction_header(&h, t, err) == 0 &&
        header_add(&h, "trees", "", err) == 0)
        ret = out ? header_put(&h, out, err) : 0;
    header_release(&h);
    return ret;
}

int oob_check(const struct target *t, struct err *err)
{
    return header_write(t, NULL, err);
}

int oob_write(
    const char *path, struct bag *bag, const struct forest *f, const int64_t *row, struct err *err)
{
    struct oob o = {.row = row};
    struct output out = OUTPUT_INIT;
    struct sheet sheet = {.n_texts = 0};
    const struct target *target = &bag->table->target;
    int ret = -1;

    if (output_open(&out, path, OUTPUT_TEXT, err) == 0 && header_write(target, &out, err) == 0 &&
        oob_tally(&o.tally, bag, f, err) == 0 &&
        prediction_text_init(&o.text, target, ',', err) == 0 && sheet_init(&sheet, err) == 0 &&
        sheet_put(&sheet, bag->table->n_rows, 4 + o.text.width, lines_add, &o, &out, err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    sheet_release(&sheet);
    prediction_text_release(&o.text);
    tally_release(&o.tally);
    return ret;
}
