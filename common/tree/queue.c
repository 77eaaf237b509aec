/* queue.c -- see queue.h. */
#include "common/tree/queue.h"

#include "common/base/mem.h"

int queue_reserve(struct node_queue *q, size_t more)
{
    return mem_grow(&q->item, &q->room, q->n + more, sizeof *q->item);
}

static bool open_before(
    const struct node_queue *q, const struct open_node *a, const struct open_node *b)
{
    if (q->by_level && a->depth != b->depth)
        return a->depth < b->depth;
    if (q->best_first && a->split.gain != b->split.gain)
        return a->split.gain > b->split.gain;
    return a->node < b->node;
}

static bool is_stack(const struct node_queue *q)
{
    return !q->best_first && !q->by_level;
}

static void queue_swap(struct node_queue *q, size_t a, size_t b)
{
    struct open_node held = q->item[a];
    q->item[a] = q->item[b];
    q->item[b] = held;
}

void queue_push(struct node_queue *q, const struct open_node *node)
{
    size_t i = q->n++;
    q->item[i] = *node;
    if (is_stack(q))
        return;
    for (size_t up; i && open_before(q, &q->item[i], &q->item[up = (i - 1) / 2]); i = up)
        queue_swap(q, i, up);
}

struct open_node queue_pop(struct node_queue *q)
{
    if (is_stack(q))
        return q->item[--q->n];
    struct open_node top = q->item[0];
    q->item[0] = q->item[--q->n];
    for (size_t i = 0, child; (child = 2 * i + 1) < q->n; i = child) {
        if (child + 1 < q->n && open_before(q, &q->item[child + 1], &q->item[child]))
            child++;
        if (!open_before(q, &q->item[child], &q->item[i]))
            break;
        queue_swap(q, i, child);
    }
    return top;
}

void queue_release(struct node_queue *q)
{
    mem_free(q->item);
    *q = (struct node_queue){.item = NULL};
}
