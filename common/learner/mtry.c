/* mtry.c -- see mtry.h. */
#include "common/learner/mtry.h"

#include <math.h>
#include <string.h>

#include "common/io/format/number.h"

const char *const mtry_per_names[] = {"node", "tree", NULL};

static const char *const mtry_names[] = {"auto", "sqrt", "log2", "third", "all", NULL};

int mtry_parse(const char *text, void *field, struct err *err)
{
    struct mtry *mtry = field;
    double amount;

    for (int i = 0; mtry_names[i]; i++)
        if (strcmp(text, mtry_names[i]) == 0) {
            *mtry = (struct mtry){.rule = (enum mtry_rule)i};
            return 0;
        }
    if (number_read(text, strlen(text), &amount)) {
        if (amount >= 1 && amount <= 1 << 24 && amount == floor(amount) && !strchr(text, '.')) {
            *mtry = (struct mtry){MTRY_COUNT, amount};
            return 0;
        }
        if (amount > 0 && amount <= 1) {
            *mtry = (struct mtry){MTRY_FRACTION, amount};
            return 0;
        }
    }
    return err_usage(err,
        "'%s' is not sqrt, log2, third, all, a whole number from 1 or a fraction "
        "up to 1.0",
        text);
}

int mtry_show(const void *field, struct buf *out)
{
    const struct mtry *mtry = field;
    char text[NUMBER_MAX];
    if (mtry->rule < MTRY_COUNT)
        return buf_str(out, mtry_names[mtry->rule]);
    number_write(mtry->amount, text);
    /* a fraction of 1 is all columns, a count of 1 is one */
    return mtry->rule == MTRY_FRACTION && mtry->amount == 1 ? buf_str(out, "1.0")
                                                            : buf_str(out, text);
}

int mtry_count(const struct mtry *mtry, enum mtry_rule automatic, int d)
{
    enum mtry_rule rule = mtry->rule;
    double n = d;

    if (rule == MTRY_AUTO)
        rule = automatic;
    switch (rule) {
    case MTRY_SQRT:
        n = floor(sqrt(d));
        break;
    case MTRY_LOG2:
        n = floor(log2(d));
        break;
    case MTRY_THIRD:
        n = d / 3;
        break;
    case MTRY_COUNT:
        n = mtry->amount;
        break;
    case MTRY_FRACTION:
        n = floor(mtry->amount * d);
        break;
    case MTRY_AUTO:
    case MTRY_ALL:
        break;
    }
    return n < 1 ? 1 : n > d ? d : (int)n;
}
