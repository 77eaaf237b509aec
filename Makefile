# learnutils: lists and pattern rules.  Programs are the folders of cmd, tests the files of tests.
#
#   make                build/bin            make deps check     install what is needed, build, test
#   make demo           train and score      make install        PREFIX, DESTDIR, BINDIR, MANDIR, LIBDIR

VERSION := 0.1
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
BUILD ?= build
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
SAN ?=

PACKAGES := zlib jansson
HOUSE_CPPFLAGS := -I. -D_POSIX_C_SOURCE=200809L -DLEARNUTILS_VERSION='"$(VERSION)"' \
    $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
HOUSE_CFLAGS := -std=c11 -pthread -ffp-contract=off -fno-common -Wall -Wextra -Wshadow -Wvla \
    -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings $(WERROR) \
    $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LIBS := -lcsv $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null || echo -lz -ljansson) -lm -pthread

PROGRAMS := $(notdir $(patsubst %/,%,$(wildcard cmd/*/)))
COMMON_SRC := $(wildcard common/*/*.c common/*/*/*.c)
LIB := $(BUILD)/libcommon.a
BIN := $(PROGRAMS:%=$(BUILD)/bin/%)
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

all: $(BUILD)/links

# ---- building ----

compile = $(CC) $(CPPFLAGS) $(HOUSE_CPPFLAGS) $(CFLAGS) $(HOUSE_CFLAGS) -MMD -MP
link = $(CC) $(CFLAGS) $(HOUSE_CFLAGS) $(LDFLAGS)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

$(LIB): $(call objects,$(COMMON_SRC))
	rm -f $@ && $(AR) rcs $@ $^

.SECONDEXPANSION:
$(BIN): $(BUILD)/bin/%: $$(call objects,$$(wildcard cmd/%/*.c)) $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(LIBS)

# Objects are built again when the compiler or its flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(compile) $(link) $(LIBS))' | cmp -s - $@ || echo '$(subst ','\'',$(compile) $(link) $(LIBS))' > $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: FORCE all
