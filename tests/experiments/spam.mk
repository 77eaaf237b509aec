# Trees, forests and boosting on the spam of Hewlett-Packard's Labs (Hastie, Tibshirani and Friedman
# 2009, The Elements of Statistical Learning): spambase.data in DATA, which has no header; the last
# of 58 columns is 1 for spam.

SPAM_REPEATS := 5
spam_file := $(DATA)/spambase.data
spam_here := $(wildcard $(spam_file))
spam_runs := $(if $(spam_here),$(addprefix $(OUT)/spam/run-,$(call upto,$(SPAM_REPEATS))))
spam_train = -q --no-header -y c58 --task classification -s $(seed) $@.d/train
spam_test = $(1)-predict -q --no-header -m - -k c58 $@.d/test | $(call errors,c58,$(2)) >> $@.d/run

$(spam_runs): $(programs) | $(OUT)/spam
	@mkdir -p $@.d
	@table-split -q --no-header --holdout 0.3338 -s $(seed) --train $@.d/train --test $@.d/test \
	    $(spam_file)
	@rm -f $@.d/run
	@rf-train -n 1 --no-replace --sample-fraction 1 --mtry all --max-leaves 17 $(spam_train) | \
	    $(call spam_test,rf,one tree)
	@rf-train -n 500 --mtry all $(spam_train) | $(call spam_test,rf,bagging)
	@rf-train -n 500 $(spam_train) | $(call spam_test,rf,forest)
	@gbdt-train -n 1000 --max-leaves 5 --learning-rate 0.1 $(spam_train) | \
	    $(call spam_test,gbdt,boosting)
	@mv $@.d/run $@
	@rm -r $@.d

$(OUT)/spam.csv: $(spam_runs)
spam: spam_missed
spam_missed: ; @: $(if $(spam_here),,$(info spam: no $(spam_file): set DATA))
.PHONY: spam_missed
