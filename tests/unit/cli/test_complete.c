/* Completion as the shells do it: what they propose for a line typed so far. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cli/toy.h"

#define SCRIPT "common/cli/completion/learnutils"

/* Leaves what the shell command prints, its newlines as blanks, in out. */
static void shell(const char *command, char *out, size_t room)
{
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(out, 1, room - 1, f);
    out[n] = '\0';
    assert_int_equal(pclose(f), 0);
    for (char *c = out; *c; c++)
        if (*c == '\n')
            *c = c[1] ? ' ' : '\0';
}

static bool has_shell(const char *name)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null", name);
    return system(command) == 0;
}

static void put_in_path(void)
{
    static bool done;
    char path[4096];
    if (!done) {
        snprintf(path, sizeof path, "%s:%s", toy_folder(), getenv("PATH"));
        setenv("PATH", path, 1);
    }
    done = true;
}

struct line {
    const char *words, *wanted;
};

/* ---- bash: the words as readline splits them, "|" where one ends ---- */

static void bash_complete(const char *words, char *out, size_t room)
{
    char command[2048];
    snprintf(command, sizeof command,
        "bash --norc -c '. " SCRIPT ".bash toy toy-train toy-wrap toy-none single\n"
        "IFS=\"|\"; line=\"%s|\"; COMP_WORDS=($line); IFS=$'\\'' \\t\\n'\\''\n"
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _learnutils; printf \"%%s \" \"${COMPREPLY[@]}\"'",
        words);
    shell(command, out, room);
    while (*out && out[strlen(out) - 1] == ' ')
        out[strlen(out) - 1] = '\0';
}

static void test_bash(void **state)
{
    static const struct line lines[] = {
        {"toy|", "train wrap none --help --version"},
        {"toy|t", "train"},
        {"toy|--v", "--version"},
        {"toy|train|--cr", "--criterion"},
        {"toy-train|--cr", "--criterion"},
        {"single|--ma", "--max-depth"},
        {"toy-train|--criterion|", "gini entropy squared"},
        {"toy-train|--criterion|=", "gini entropy squared"},
        {"toy-train|--criterion|=|e", "entropy"},
        {"toy|train|-q|--criterion|s", "squared"},
        {"toy|train|-q|--ex", "--extra --extra-trees"},
        {"toy-train|-o|x", ""},
        {"toy-train|-y|--x", ""},
        {"toy-none|x", ""},
        {"toy|nonsense|-", ""},
        {"toy-wrap|-n|3|toy-tra", "toy-train"},
        {"no-such-program|-", ""},
    };
    (void)state;

    if (!has_shell("bash"))
        skip();
    put_in_path();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char out[2048];
        bash_complete(lines[i].words, out, sizeof out);
        if (strcmp(out, lines[i].wanted) != 0)
            print_error("bash: %s\n", lines[i].words);
        assert_string_equal(out, lines[i].wanted);
    }
}

/* Installed under a command's name, the script is for that command. */
static void test_bash_by_name(void **state)
{
    char command[1024], out[256];
    (void)state;

    if (!has_shell("bash"))
        skip();
    snprintf(command, sizeof command,
        "cp " SCRIPT ".bash %s && bash --norc -c '. %s; complete -p rf-train'",
        unit_path("rf-train"), unit_path("rf-train"));
    shell(command, out, sizeof out);
    assert_string_equal(out, "complete -o default -F _learnutils rf-train");
}

/* ---- fish ---- */

static void test_fish(void **state)
{
    static const struct line lines[] = {
        {"toy ", "none train wrap"},
        {"toy t", "train"},
        {"toy train --cr", "--criterion"},
        {"toy-train --criterion ", "entropy gini squared"},
        {"toy-train --criterion=e", "--criterion=entropy"},
        {"single --ma", "--max-depth"},
        {"toy-train -o common/cli/verb.", "common/cli/verb.c common/cli/verb.h"},
        {"toy-train --output=common/cli/verb.",
            "--output=common/cli/verb.c --output=common/cli/verb.h"},
        {"toy-train -y common/cli/verb.", ""},
        {"toy-none common/cli/verb.", ""},
        {"toy wrap -n 3 toy-train --cr", "--criterion"},
    };
    (void)state;

    if (!has_shell("fish"))
        skip();
    put_in_path();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char command[1024], out[2048];
        snprintf(command, sizeof command,
            "HOME=%s fish --no-config -c 'source " SCRIPT ".fish toy toy-train toy-none single; "
            "complete -C \"%s\"' | cut -f 1 | sort",
            toy_folder(), lines[i].words);
        shell(command, out, sizeof out);
        if (strcmp(out, lines[i].wanted) != 0)
            print_error("fish: %s\n", lines[i].words);
        assert_string_equal(out, lines[i].wanted);
    }
}

/* ---- zsh: in a terminal of its own, installed as the Makefile installs it ---- */

static const char zsh_ask[] =
    "zmodload zsh/zpty\n"
    "rm -f $1/answer\n"
    "sed '1s/@COMMANDS@/toy toy-train toy-none single/' " SCRIPT ".zsh > $1/_learnutils\n"
    "zpty z TERM=dumb zsh -f -i\n"
    "zpty -w z \"PS1=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D\"\n"
    "zpty -w z \"tell() { print -r -- \\\"[\\$BUFFER]\\\" > $1/answer.new; \"\n"
    "zpty -w z \"mv $1/answer.new $1/answer }; zle -N tell\"\n"
    "zpty -w z \"bindkey '^I' complete-word '^X' tell; print READ''Y\"\n"
    "zpty -r -m z answer '*READY*'\n"
    "zpty -n -w z \"$2\"$'\\t\\x18'\n"
    "repeat 200; do [[ -f $1/answer ]] && break; sleep 0.05; done\n"
    "zpty -d z\n"
    "cat $1/answer\n";

static void test_zsh(void **state)
{
    static const struct line lines[] = {
        {"toy tr", "[toy train ]"},
        {"toy train --cr", "[toy train --criterion ]"},
        {"toy-train --criterion en", "[toy-train --criterion entropy ]"},
        {"toy-train --criterion=sq", "[toy-train --criterion=squared ]"},
        {"single --ma", "[single --max-depth ]"},
        {"toy-train -o common/cli/verb.", "[toy-train -o common/cli/verb.]"},
        {"toy-train --output=common/cli/learn", "[toy-train --output=common/cli/learn]"},
        {"toy-train -y common/cli/nearest.", "[toy-train -y common/cli/nearest.]"},
        {"toy wrap -n 3 toy-train --cr", "[toy wrap -n 3 toy-train --criterion ]"},
    };
    (void)state;

    if (!has_shell("zsh"))
        skip();
    put_in_path();
    const char *script = unit_file("ask.zsh", zsh_ask, strlen(zsh_ask));
    unit_path("_learnutils");
    unit_path("answer");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char command[1024], out[2048];
        snprintf(command, sizeof command, "HOME=%s timeout 20 zsh -f %s %s '%s'", toy_folder(),
            script, toy_folder(), lines[i].words);
        shell(command, out, sizeof out);
        if (strcmp(out, lines[i].wanted) != 0)
            print_error("zsh: %s\n", lines[i].words);
        assert_string_equal(out, lines[i].wanted);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bash),
        cmocka_unit_test(test_bash_by_name),
        cmocka_unit_test(test_fish),
        cmocka_unit_test(test_zsh),
    };
    int status;

    if (toy_main(argc, argv, &status))
        return status;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
