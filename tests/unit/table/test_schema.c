/* test_schema.c -- common/table/schema.h: copies, JSON and back, and JSON that is wrong. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/table/schema.h"

static const char good[] =
    "{\"named\":true,\"trim\":false,\"absent_zero\":true,\"na\":\"NA,?\",\"columns\":["
    "{\"name\":\"age\",\"kind\":\"number\",\"note\":\"constant\"},"
    "{\"name\":\"stadt\",\"kind\":\"category\",\"values\":[\"K\xc3\xb6ln\",\"Ulm\"]},"
    "{\"name\":\"when\",\"kind\":\"date\"},"
    "{\"name\":\"id\",\"kind\":\"ignored\",\"note\":\"text\"}]}";
static const char good_target[] =
    "{\"name\":\"y\",\"task\":\"classification\",\"classes\":[\"no\",\"yes\"]}";

static int parse_schema(struct schema *s, const char *text, struct err *err)
{
    json_t *j = json_parse(text, strlen(text), err);
    int ret = j ? schema_from_json(s, j, err) : -1;
    json_decref(j);
    return ret;
}

static int parse_target(struct target *t, const char *text, struct err *err)
{
    json_t *j = json_parse(text, strlen(text), err);
    int ret = j ? target_from_json(t, j, err) : -1;
    json_decref(j);
    return ret;
}

/* j is released. */
static void assert_json(json_t *j, const char *want)
{
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    assert_non_null(j);
    assert_ok(json_write(j, &out, &err), &err);
    json_t *a = json_parse(out.data, out.len, &err), *b = json_parse(want, strlen(want), &err);
    assert_non_null(a);
    assert_non_null(b);
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    json_decref(j);
    buf_release(&out);
}

static void test_there_and_back(void **state)
{
    struct err err = ERR_INIT;
    struct schema s, copy;
    struct target t, t_copy;
    (void)state;
    assert_ok(parse_schema(&s, good, &err), &err);
    assert_int_equal(s.n_cols, 4);
    assert_true(s.named && s.no_trim && s.absent_zero);
    assert_string_equal(s.na, "NA,?");
    assert_int_equal(schema_n_features(&s), 3);
    assert_int_equal(s.cols[1].kind, COL_CATEGORY);
    assert_int_equal(dict_find(s.cols[1].dict, "Ulm", 3), 1);
    assert_int_equal(schema_copy(&copy, &s), 0);
    schema_release(&s);
    assert_json(schema_to_json(&copy, &err), good);
    schema_release(&copy);

    assert_ok(parse_target(&t, good_target, &err), &err);
    assert_int_equal(target_copy(&t_copy, &t), 0);
    target_release(&t);
    assert_json(target_to_json(&t_copy, &err), good_target);
    target_release(&t_copy);

    assert_ok(parse_target(&t, "{\"task\":\"auto\"}", &err), &err);
    assert_null(t.name);
    assert_json(target_to_json(&t, &err), "{\"task\":\"auto\"}");
    target_release(&t);
}

static void test_wrong_schemas(void **state)
{
#define SCHEMA(columns)                                                                            \
    "{\"named\":true,\"trim\":true,\"absent_zero\":false,\"na\":\"\",\"columns\":" columns "}"
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"[]", "schema: not an object"},
        {"{}", "schema: "},
        {"{\"named\":1,\"trim\":true,\"absent_zero\":false,\"na\":\"\",\"columns\":[]}", "named"},
        {SCHEMA("{}"), "columns"},
        {SCHEMA("[1]"), "schema: column 1: not an object"},
        {SCHEMA("[{\"name\":\"a\"}]"), "kind"},
        {SCHEMA("[{\"kind\":\"number\"}]"), "name"},
        {SCHEMA("[{\"name\":\"\",\"kind\":\"number\"}]"), "schema: column 1: an empty name"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"colour\"}]"), "unknown kind 'colour'"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"number\",\"values\":[]}]"), "no category"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"category\"}]"), "values"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"category\",\"values\":[\"x\",\"x\"]}]"), "'x' twice"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"category\",\"values\":[1]}]"), "item 1 is not a text"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"number\"},{\"name\":\"a\",\"kind\":\"date\"}]"),
            "schema: two columns 'a'"},
        {SCHEMA("[{\"name\":\"a\",\"kind\":\"number\",\"note\":3}]"), "note"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = ERR_INIT;
        struct schema s;
        assert_err(parse_schema(&s, wrong[i].text, &err), &err, ERR_FAILED, wrong[i].message);
    }
}

static void test_wrong_targets(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"[]", "target: not an object"},
        {"{\"name\":\"y\"}", "task"},
        {"{\"name\":\"y\",\"task\":\"auto\"}", "without a task"},
        {"{\"name\":\"y\",\"task\":\"guess\"}", "unknown task 'guess'"},
        {"{\"name\":\"y\",\"task\":\"classification\"}", "classes"},
        {"{\"name\":\"y\",\"task\":\"classification\",\"classes\":[\"a\"]}", "fewer than two"},
        {"{\"name\":\"y\",\"task\":\"regression\",\"classes\":[\"a\",\"b\"]}",
            "classes without classification"},
        {"{\"name\":7,\"task\":\"regression\"}", "name"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = ERR_INIT;
        struct target t;
        assert_err(parse_target(&t, wrong[i].text, &err), &err, ERR_FAILED, wrong[i].message);
    }
}

/* A dictionary of bytes that JSON cannot hold. */
static void test_no_utf8(void **state)
{
    struct err err = ERR_INIT;
    struct target t = {.task = TASK_CLASSIFICATION};
    (void)state;
    t.classes = dict_new();
    assert_int_equal(dict_add(t.classes, "caf\xe9", 4), 0);
    assert_null(target_to_json(&t, &err));
    assert_int_equal(err.kind, ERR_FAILED);
    assert_non_null(strstr(err.text, "is not UTF-8"));
    target_release(&t);
}

/* jansson allocates by itself: what is counted are our own allocations. */
static int under_fault(void *ctx, struct err *err)
{
    struct schema s, copy;
    struct target t, t_copy;
    json_t **j = ctx;
    int ret = -1;

    if (schema_from_json(&s, j[0], err) < 0)
        return -1;
    if (schema_copy(&copy, &s) < 0) {
        err_memory(err);
        goto schema;
    }
    if (target_from_json(&t, j[1], err) < 0)
        goto copy;
    ret = target_copy(&t_copy, &t) < 0 ? err_memory(err) : 0;
    if (ret == 0)
        target_release(&t_copy);
    target_release(&t);
copy:
    schema_release(&copy);
schema:
    schema_release(&s);
    return ret;
}

static void test_faults(void **state)
{
    struct err err = ERR_INIT;
    json_t *j[] = {json_parse(good, sizeof good - 1, &err),
        json_parse(good_target, sizeof good_target - 1, &err)};
    (void)state;
    FAULT_LOOP(under_fault, j);
    json_decref(j[0]);
    json_decref(j[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_wrong_schemas),
        cmocka_unit_test(test_wrong_targets),
        cmocka_unit_test(test_no_utf8),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
