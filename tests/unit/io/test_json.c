/* test_json.c -- common/io/format/json.h. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/io/format/json.h"

static json_t *parse(const char *text)
{
    struct err err = ERR_INIT;
    json_t *value = json_parse(text, strlen(text), &err);
    if (!value)
        print_error("%s\n", err.text);
    assert_non_null(value);
    return value;
}

static void assert_not_parsed(const char *text, size_t len, const char *message)
{
    struct err err = ERR_INIT;
    json_t *value = json_parse(text, len, &err);
    assert_err(value ? 0 : -1, &err, ERR_FAILED, message);
}

static void test_parse_refused(void **state)
{
    char deep[10000];
    (void)state;
    assert_not_parsed("", 0, "JSON line 1, column 0");
    assert_not_parsed("{\"a\":1,\n\"a\":2}", 14, "JSON line 2, column 3: duplicate object key");
    assert_not_parsed("{} x", 4, "JSON line 1");
    assert_not_parsed("[1", 2, "JSON line 1");
    assert_not_parsed("[\"\\u0000\"]", 10, "JSON line 1");
    assert_not_parsed("[\"\xff\"]", 5, "JSON line 1");
    assert_not_parsed("[1e999]", 7, "overflow");
    assert_not_parsed("[99999999999999999999]", 22, "too big integer");
    assert_not_parsed("[NaN]", 5, "JSON line 1");
    assert_not_parsed("{\"a\":\0}", 7, "JSON line 1");
    memset(deep, '[', sizeof deep);
    assert_not_parsed(deep, sizeof deep, "depth");
}

static void test_get(void **state)
{
    json_t *o = parse("{\"i\":5,\"r\":1.5,\"s\":\"text\",\"b\":true,\"a\":[],\"o\":{},\"n\":null}");
    struct err err = ERR_INIT;
    const json_t *member;
    const char *text;
    int64_t i = 0;
    double r = 0;
    bool b = false;
    (void)state;

    assert_ok(json_get_int(o, "i", 5, 5, &i, &err), &err);
    assert_true(i == 5);
    assert_err(
        json_get_int(o, "i", 6, 9, &i, &err), &err, ERR_FAILED, "'i' is 5, not within 6 to 9");
    assert_err(json_get_int(o, "i", 0, 4, &i, &err), &err, ERR_FAILED, "'i' is 5");
    assert_err(json_get_int(o, "r", 0, 4, &i, &err), &err, ERR_FAILED, "'r' is not a whole number");
    assert_err(json_get_int(o, "x", 0, 4, &i, &err), &err, ERR_FAILED, "'x' is missing");
    assert_ok(json_get_real(o, "r", &r, &err), &err);
    assert_true(r == 1.5);
    assert_ok(json_get_real(o, "i", &r, &err), &err);
    assert_true(r == 5);
    assert_err(json_get_real(o, "s", &r, &err), &err, ERR_FAILED, "'s' is not a number");
    assert_ok(json_get_string(o, "s", &text, &err), &err);
    assert_string_equal(text, "text");
    assert_err(json_get_string(o, "n", &text, &err), &err, ERR_FAILED, "'n' is not text");
    assert_ok(json_get_bool(o, "b", &b, &err), &err);
    assert_true(b);
    assert_err(json_get_bool(o, "i", &b, &err), &err, ERR_FAILED, "'i' is not true or false");
    assert_ok(json_get_array(o, "a", &member, &err), &err);
    assert_err(json_get_array(o, "o", &member, &err), &err, ERR_FAILED, "'o' is not an array");
    assert_err(json_get_array(o, "x", &member, &err), &err, ERR_FAILED, "'x' is missing");
    assert_ok(json_get_object(o, "o", &member, &err), &err);
    assert_err(json_get_object(o, "a", &member, &err), &err, ERR_FAILED, "'a' is not an object");
    assert_err(json_get_object(member, "a", &member, &err), &err, ERR_FAILED, "'a' is missing");
    json_decref(o);
}

/* What is parsed is written again as it was, compactly. */
static void test_write(void **state)
{
    static const char escapes[] = "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"]";
    static const char *const texts[] = {"{}", "[]",
        "{\"z\":1,\"a\":2,\"m\":[1,[2.5,-0.0],{\"x\":null}]}",
        "[true,false,-9223372036854775808,0.1,1.0,1e300,1e-7,0.3333333333333333]",
        "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xb2\"]", escapes};
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *value = parse(texts[i]);
        buf_clear(&out);
        assert_ok(json_write(value, &out, &err), &err);
        assert_string_equal(out.data, texts[i]);
        json_decref(value);
    }
    buf_release(&out);
}

static void test_write_utf8(void **state)
{
    static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(",
        "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82", "\xe2(\xac", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x8e", "\xff", "ok \xfe"};
    static const char *const good[] = {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(json_write_string(&out, bad[i], strlen(bad[i]), &err), &err, ERR_FAILED,
            "is not UTF-8");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        buf_clear(&out);
        assert_ok(json_write_string(&out, good[i], strlen(good[i]), &err), &err);
        assert_int_equal(out.len, strlen(good[i]) + 2);
        assert_memory_equal(out.data + 1, good[i], out.len - 2);
    }
    buf_clear(&out);
    assert_ok(json_write_string(&out, "a\0b", 3, &err), &err);
    assert_string_equal(out.data, "\"a\\u0000b\"");
    buf_release(&out);
}

static int write_once(void *ctx, struct err *err)
{
    struct buf out = BUF_INIT;
    int ret = json_write(ctx, &out, err);
    buf_release(&out);
    return ret;
}

static void test_faults(void **state)
{
    (void)state;
    json_t *value = parse("{\"key\":[1,2.5,1.0,true,false,null,{\"a\":\"\\n\\u0001\xc3\xa9\"},"
                          "\"a long text that makes the buffer grow more than once\"]}");
    assert_true(FAULT_LOOP(write_once, value) >= 3);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_refused),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_utf8),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
