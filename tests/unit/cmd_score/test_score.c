/* test_score.c -- the whole of score with its allocations failing one after another. */
#include "tests/unit/unit.h"

#include <string.h>

#include "cmd/score/cmd.h"
#include "common/base/mem.h"
#include "common/cli/opt.h"

static const char text[] = "y,w,g,h,a.prediction,a.p_u,a.p_v,b.prediction,b.p_u,b.p_v,r\n"
                           "u,1,1,x,u,0.75,0.25,v,0.5,0.5,1\n"
                           "v,1,1,x,v,0.25,0.75,v,0.25,0.75,2\n"
                           "u,2,2,x,v,0.25,0.75,u,0.75,0.25,3\n"
                           "v,2,2,y,u,0.75,0.25,z,0.25,0.75,1\n"
                           "u,1,3,y,u,0.75,0.25,v,0.5,0.5,2\n"
                           "v,1,3,y,v,0.25,0.75,v,0.5,0.5,4\n";

/* Parses words as the command line does, runs, releases. */
static int run_score(void *ctx, struct err *err)
{
    char line[512], *argv[32], *saved;
    int argc = 1, first;
    struct opt_list list = OPT_LIST_INIT;
    enum opt_asked asked;
    int ret = -1;
    char name[] = "score";
    void *options = mem_copy(score.defaults, 1, score.options_size);

    if (!options || opt_list_init(&list, score.opts, err) < 0) {
        err_memory(err);
        goto out;
    }
    argv[0] = name;
    strcpy(line, ctx);
    for (char *word = strtok_r(line, " ", &saved); word; word = strtok_r(NULL, " ", &saved))
        argv[argc++] = word;
    argv[argc] = NULL;
    if (opts_parse(&list, options, argc, argv, false, &first, &asked, err) < 0)
        goto out;
    const struct operands operands = {argc - first, (const char *const *)argv + first};
    ret = score.run(options, &operands, NULL, err);
out:
    opt_list_release(&list);
    mem_free(options);
    return ret;
}

static void test_no_memory(void **state)
{
    (void)state;
    const char *const options[] = {
        "-y y -p a.prediction,b.prediction -w w --group g --ci 0.9 --repeats 5 --metric auc,ndcg",
        "-y y -p a.prediction,b.prediction --metric mcc,brier --by h --group g --ci 0.5",
        "-y y -p a.prediction,b.prediction --confusion --by h --roc /dev/null",
        "-y y -p a.prediction --calibration -w w",
        "-y y -p r --metric auc",
        "-y r -p w --by h --drop-missing-target",
        "-y a.p_u --upper w -p r --by h --metric aft-nloglik,cox-nloglik",
    };
    const char *path = unit_file("in.csv", text, sizeof text - 1);
    const char *out = unit_path("out.csv");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char line[512];
        strcat(strcat(strcpy(line, options[i]), " -o "), out);
        strcat(strcat(line, " "), path);
        assert_true(FAULT_LOOP(run_score, line) > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
