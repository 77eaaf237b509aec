/* plan_row.h -- one value of a plan; for plan.c and plan_write.c. */
#ifndef CMD_TABLE_PLAN_ROW_H
#define CMD_TABLE_PLAN_ROW_H

#include "cmd/table/plan.h"

/* Output column i of a row; NaN: missing. */
double plan_value(const struct plan *p, int64_t row, int i);
/* The target as a number: its value, the number that its class is called by, or the class's code.
 */
double plan_target(const struct plan *p, int64_t row);

#endif
