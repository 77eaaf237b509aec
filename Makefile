# learnutils: lists and pattern rules.  Programs are the folders of cmd, tests the files of tests.
#
#   make                build/bin            make deps check     install what is needed, build, test
#   make demo           train and score      make install        PREFIX, DESTDIR, BINDIR, MANDIR, LIBDIR

VERSION := 0.1

DEPS_BUILD := gcc libc6-dev pkg-config libcsv-dev zlib1g-dev libjansson-dev
DEPS_CHECK := libcmocka-dev clang libclang-rt-14-dev clang-format mandoc shellcheck

# ---- deps: any other goal on the same command line waits for it ----

ifneq ($(filter deps,$(MAKECMDGOALS)),)

GOALS := $(filter-out deps,$(MAKECMDGOALS))
TESTING := $(or $(filter check% fuzz lint unit cli tests bench,$(GOALS)),$(if $(GOALS),,all))
DEPS := $(DEPS_BUILD) $(if $(TESTING),$(DEPS_CHECK))

.PHONY: deps after-deps $(GOALS)
deps:
	@if ! command -v apt-get >/dev/null; then \
	    echo 'deps: no apt-get here; install what your system calls: $(DEPS)'; \
	elif ! dpkg-query -W -f '$${Status}\n' $(DEPS) 2>&1 | grep -qv ' ok installed'; then \
	    echo 'deps: all there: $(DEPS)'; \
	else \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    $$sudo apt-get update && \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(DEPS); \
	fi
after-deps: deps
	@$(MAKE) --no-print-directory $(GOALS)
$(GOALS): after-deps ; @:

else

# ---- what may be set ----

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
SAN ?=
comma := ,
BUILD ?= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))

PACKAGES := zlib jansson
HOUSE_CPPFLAGS := -I. -D_POSIX_C_SOURCE=200809L -DLEARNUTILS_VERSION='"$(VERSION)"' \
    $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
HOUSE_CFLAGS := -std=c11 -pthread -ffp-contract=off -fno-common -ffile-prefix-map=$(CURDIR)=. \
    -Wall -Wextra -Wshadow -Wvla -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
    -Wwrite-strings -Wno-missing-field-initializers $(WERROR) \
    $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LIBS := -lcsv $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null || echo -ljansson -lz) -lm

# ---- what is there ----

PROGRAMS := $(patsubst cmd/%/main.c,%,$(wildcard cmd/*/main.c))
verbs = $(shell cat cmd/$(1)/*.c | tr '\n' ' ' | \
    grep -o 'VERB. *[a-z0-9_]*, *"[a-z0-9-]\{1,\}"' | sed 's/.*"\(.*\)"/$(1)-\1/')
LINKS := $(foreach p,$(PROGRAMS),$(call verbs,$p))
# Programs installed under their own name, verbs apart: not those whose name others own.
BARE := $(filter-out flow table model tensor figure,$(PROGRAMS))

COMMON_SRC := $(wildcard common/*/*.c common/*/*/*.c)
UNIT_SRC := $(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
LIB := $(BUILD)/libcommon.a
BIN := $(PROGRAMS:%=$(BUILD)/bin/%)
UNIT := $(UNIT_SRC:%.c=$(BUILD)/%)
FUZZ := $(FUZZ_SRC:%.c=$(BUILD)/%)
KERNELS := $(BUILD)/tests/bench/kernels
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

all: $(BUILD)/links

# ---- building ----

compile = $(CC) $(HOUSE_CPPFLAGS) $(CPPFLAGS) $(HOUSE_CFLAGS) $(CFLAGS) -MMD -MP
link = $(CC) $(HOUSE_CFLAGS) $(CFLAGS) $(LDFLAGS)
# Commands are shown in brief; V=1 shows them whole.
brief = $(if $(V),,@echo '$(1)';)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call brief,cc $<)$(compile) -c -o $@ $<

$(LIB): $(call objects,$(COMMON_SRC))
	$(call brief,ar $@)rm -f $@ && $(AR) rcs $@ $^

.SECONDEXPANSION:
$(BIN): $(BUILD)/bin/%: $$(call objects,$$(wildcard cmd/%/*.c)) $(LIB)
	@mkdir -p $(@D)
	$(call brief,cc -o $@)$(link) -o $@ $^ $(LIBS)

# A link per verb, so that rf-train is rf.
$(BUILD)/links: $(BIN) Makefile
	@mkdir -p $(@D)/bin && find $(@D)/bin -type l -exec rm {} +
	@for l in $(LINKS); do ln -sf "$${l%%-*}" $(@D)/bin/$$l; done
	@echo '$(LINKS)' > $@

# Objects are built again when the compiler or its flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(compile) $(link) $(LIBS))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(compile) $(link) $(LIBS))' > $@

# ---- tests ----

# A test program is one test_*.c, the other files of its folder and of tests/unit, and for a folder
# cmd_x the objects of cmd/x but its main.  fault.c stands before the allocator.
WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc
helpers = $(filter-out $(dir $(1))test_%,$(wildcard $(dir $(1))*.c)) $(wildcard tests/unit/*.c)
tested = $(foreach d,$(filter cmd_%,$(subst /, ,$(dir $(1)))),\
    $(filter-out %/main.c,$(wildcard cmd/$(d:cmd_%=%)/*.c)))

$(UNIT): $(BUILD)/%: $$(call objects,$$*.c $$(call helpers,$$*) $$(call tested,$$*)) $(LIB)
	@mkdir -p $(@D)
	$(call brief,cc -o $@)$(link) $(WRAP) -o $@ $^ -lcmocka $(LIBS)

# Fuzz targets: libFuzzer's main where SAN has fuzzer-no-link, else one that replays files.
FUZZ_MAIN := $(if $(findstring fuzzer,$(SAN)),-fsanitize=fuzzer,$(BUILD)/obj/tests/fuzz/replay.o)
$(FUZZ): $(BUILD)/%: $(BUILD)/obj/%.o $(filter %.o,$(FUZZ_MAIN)) $(LIB)
	@mkdir -p $(@D)
	$(call brief,cc -o $@)$(link) $(filter -%,$(FUZZ_MAIN)) -o $@ $^ $(LIBS)

# T=PART ... picks tests: make unit T=base/test_mem
picked = $(if $(T),$(foreach t,$(T),$(foreach f,$(1),$(if $(findstring $t,$f),$f))),$(1))

tests: all $(UNIT) $(FUZZ) $(KERNELS)
unit: $(call picked,$(UNIT))
	tests/unit/run -b $(BUILD) $(T)
cli: all
	tests/cli/run -b $(BUILD)/bin $(T)
threaded: $(filter %/base/test_pool %/table/test_block,$(UNIT)) \
    $(filter $(BUILD)/tests/unit/comm/%,$(UNIT))
lint: all
	tests/lint/run $(BUILD)

# These build in folders of their own under $(BUILD), with as many jobs as there are CPUs.
APART := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CFLAGS BUILD=$(BUILD)
check: ; @$(APART) tests/check
check-all: ; @$(APART) tests/check all

FUZZ_SECONDS ?= 600
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang \
	    SAN=fuzzer-no-link,address,undefined CFLAGS='-O1 -g' fuzzers
	tests/fuzz/run -b $(BUILD)/fuzz -s $(FUZZ_SECONDS) $(T)
fuzzers: $(FUZZ)

# Beside scikit-learn and LightGBM: ROWS=rows.csv, PEERS=python3 with them, T=PART...
$(KERNELS): $(BUILD)/obj/tests/bench/kernels.o $(LIB)
	@mkdir -p $(@D)
	$(call brief,cc -o $@)$(link) -o $@ $^ $(LIBS)
bench: all $(KERNELS)
	tests/bench/run $(BUILD) $(T)

# Published tables beside ours: T=TABLE..., DATA=folder of what is not made up.
experiments: all
	@$(MAKE) --no-print-directory -f tests/experiments/Makefile BUILD=$(BUILD) \
	    $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) $(T)

# ---- trying it ----

DEMO := rf-train -y species testdata/iris.csv | rf-predict -m - -k species testdata/iris.csv | \
    score -y species

demo: all
	@echo; echo '$$ export PATH=$(abspath $(BUILD))/bin:$$PATH'
	@echo '$$ $(DEMO)'
	@PATH="$(abspath $(BUILD))/bin:$$PATH"; $(DEMO)
	@echo
	@echo 'A random forest learned 150 irises; one pipe took it to rf-predict, the next its predictions'
	@echo 'to score.  It had seen those irises: the out-of-bag accuracy above is what new ones will get.'
	@echo 'Next, with the PATH above:'
	@echo '    toydata moons -n 1000 | rf-train -y y --cv 5'
	@echo '    rf-train -y species --holdout 0.3 -o iris.model testdata/iris.csv'
	@echo '    table-info testdata/penguins.csv'
	@echo '    rf-train --help;  man ./man/rf.1;  less README'

# ---- installing ----

INSTALL ?= install
# The name a program is installed by: those without a bare name live in $(LIBDIR)/learnutils.
place = $(if $(filter $(1),$(BARE)),$(BINDIR)/$(1),$(LIBDIR)/learnutils/$(1))
page = $(if $(filter $(1),$(BARE)),$(1).1,learnutils-$(1).1)
program_of = $(firstword $(subst -, ,$(1)))
COMMANDS := $(BARE) $(LINKS)
BASH := $(DATADIR)/bash-completion/completions
ZSH := $(DATADIR)/zsh/site-functions
FISH := $(DATADIR)/fish/vendor_completions.d
COMPLETION := common/cli/completion/learnutils
PAGES := $(filter-out $(PROGRAMS:%=man/%.1),$(wildcard man/*.[157]))
section = $(MANDIR)/man$(subst .,,$(suffix $(1)))

INSTALLED := $(foreach p,$(PROGRAMS),$(call place,$p) $(MANDIR)/man1/$(call page,$p)) \
    $(foreach l,$(LINKS),$(BINDIR)/$l $(MANDIR)/man1/$l.1) \
    $(foreach m,$(PAGES),$(call section,$m)/$(notdir $m)) \
    $(COMMANDS:%=$(BASH)/%) $(ZSH)/_learnutils $(COMMANDS:%=$(FISH)/%.fish)

install: all
	@$(INSTALL) -d $(sort $(dir $(INSTALLED:%=$(DESTDIR)%)))
	$(foreach p,$(PROGRAMS),$(INSTALL) -m 755 $(BUILD)/bin/$p $(DESTDIR)$(call place,$p)$(newline))
	$(foreach l,$(LINKS),@ln -srf $(DESTDIR)$(call place,$(call program_of,$l)) $(DESTDIR)$(BINDIR)/$l$(newline))
	$(foreach p,$(PROGRAMS),$(INSTALL) -m 644 man/$p.1 $(DESTDIR)$(MANDIR)/man1/$(call page,$p)$(newline))
	$(foreach l,$(LINKS),@ln -sf $(call page,$(call program_of,$l)) $(DESTDIR)$(MANDIR)/man1/$l.1$(newline))
	$(foreach m,$(PAGES),$(INSTALL) -m 644 $m $(DESTDIR)$(call section,$m)$(newline))
	@for c in $(COMMANDS); do \
	    $(INSTALL) -m 644 $(COMPLETION).bash $(DESTDIR)$(BASH)/$$c && \
	    $(INSTALL) -m 644 $(COMPLETION).fish $(DESTDIR)$(FISH)/$$c.fish || exit 1; \
	done
	@sed 's/@COMMANDS@/$(COMMANDS)/' $(COMPLETION).zsh > $(DESTDIR)$(ZSH)/_learnutils

uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)%)
	@-rmdir $(DESTDIR)$(LIBDIR)/learnutils 2>/dev/null || :

# ---- the tarball: the same bytes wherever it is made ----

SOURCE_DATE_EPOCH ?= 315532800
NAME := learnutils-$(VERSION)
TOP := .ci .clang-format .gitignore LICENSE Makefile README cmd common man testdata tests

dist:
	@mkdir -p $(BUILD) && ls -d $(TOP) > /dev/null
	find $(TOP) -type f ! -name '*.o' ! -name '*~' ! -name '.*.sw?' ! -path '*/__pycache__/*' | \
	    LC_ALL=C sort | tar -c --format=ustar --no-recursion -T - --transform 's,^,$(NAME)/,' \
	    --mtime=@$(SOURCE_DATE_EPOCH) --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX | \
	    gzip -9n > $(BUILD)/$(NAME).tar.gz
	@echo $(BUILD)/$(NAME).tar.gz

clean:
	rm -rf $(BUILD)

define newline


endef

.PHONY: FORCE all tests unit cli threaded lint check check-all fuzz fuzzers bench experiments demo \
    install uninstall dist clean
-include $(patsubst %.o,%.d,$(call objects,$(COMMON_SRC) $(UNIT_SRC) $(FUZZ_SRC) \
    $(wildcard cmd/*/*.c tests/unit/*.c tests/unit/*/*.c tests/unit/*/*/*.c tests/fuzz/*.c \
    tests/bench/*.c)))

endif
