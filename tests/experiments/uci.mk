# Random forests and AdaBoost on small tables (Breiman 2001, table 2).

UCI_REPEATS := 100

# Each: its file in DATA, or - if toydata makes it; its target; the columns that a forest looks at
# beside 1, which are log2(columns) + 1 without what follows the point.
glass := glass.csv type 4
breast := breast-cancer-wisconsin.csv class 4
diabetes := pima-indians-diabetes.csv diabetes 4
sonar := sonar.csv object 6
ionosphere := ionosphere.csv class 6
twonorm := - y 5
ringnorm := - y 5

UCI := glass breast diabetes sonar ionosphere twonorm ringnorm
uci_file = $(patsubst %,$(DATA)/%,$(filter-out -,$(word 1,$($(1)))))
uci_is_missing = $(if $(call uci_file,$(1)),$(if $(wildcard $(call uci_file,$(1))),,$(1)))
uci_missing := $(foreach d,$(UCI),$(call uci_is_missing,$d))
uci_here := $(filter-out $(uci_missing),$(UCI))
uci_runs := $(foreach d,$(uci_here),$(addprefix $(OUT)/uci/$d-,$(call upto,$(UCI_REPEATS))))

# In a recipe: the run's data set, and what is said of it above.
uci_set = $(call part,1)
uci_y = $(word 2,$($(uci_set)))
uci_mtry = 1 $(word 3,$($(uci_set)))
uci_train = -q -y $(uci_y) --task classification -s $(seed)
uci_split = table-split -q --holdout 0.1 -s $(seed) --train $@.d/train --test $@.d/test $(1)
uci_draw = toydata $(uci_set) -n 300 -s $(seed) -o $@.d/train; \
    toydata $(uci_set) -n 3000 -s $(test_seed) -o $@.d/test

# Of two forests the one with the better out-of-bag accuracy counts.
$(uci_runs): $(programs) | $(OUT)/uci
	@mkdir -p $@.d
	@$(or $(patsubst %,$(call uci_split,%),$(call uci_file,$(uci_set))),$(uci_draw))
	@adaboost-train $(uci_train) -n 50 --algorithm m1 --resample --max-depth 0 $@.d/train | \
	    $(call predict,adaboost,$(uci_y),$@.d/test) | \
	    $(call errors,$(uci_y),$(uci_set) AdaBoost) > $@.d/run
	@for m in $(uci_mtry); do \
	    rf-train $(uci_train) -n 100 --mtry $$m --metric accuracy --report $@.d/oob $@.d/train | \
	        $(call predict,rf,$(uci_y),$@.d/test) | \
	        $(call errors,$(uci_y),$(uci_set) forest) > $@.d/error; \
	    paste -d , <(tail -n 1 $@.d/oob) $@.d/error; \
	done | awk -F, '$$4 > best { best = $$4; row = $$5 "," $$6 } END { print row }' >> $@.d/run
	@mv $@.d/run $@
	@rm -r $@.d

$(OUT)/uci.csv: $(uci_runs)
uci: uci_missed
uci_missed: ; @: $(foreach d,$(uci_missing),$(info uci: no $(call uci_file,$d): set DATA))
.PHONY: uci_missed
