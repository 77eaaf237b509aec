# Boosted stumps on ten normal columns; class 1 is outside a sphere (Hastie, Tibshirani and Friedman
# 2009, The Elements of Statistical Learning, equation 10.2 and figure 10.2).

HASTIE_REPEATS := 20
hastie_runs := $(addprefix $(OUT)/hastie/run-,$(call upto,$(HASTIE_REPEATS)))
# As many bins as rows: every cut is looked at.
hastie_cuts := --max-bins 2000
hastie_test = $(call predict,$(1),y,$@.d/test) | $(call errors,y,$(2))

$(hastie_runs): $(programs) | $(OUT)/hastie
	@mkdir -p $@.d
	@toydata hastie -n 2000 -s $(seed) -o $@.d/train
	@toydata hastie -n 10000 -s $(test_seed) -o $@.d/test
	@gbdt-train -q -y y -n 100 --learning-rate 1 --max-depth 1 --min-leaf 1 $(hastie_cuts) \
	    $@.d/train | $(call hastie_test,gbdt,gbdt 100 stumps rate 1) > $@.d/run
	@adaboost-train -q -y y -n 400 --algorithm m1 $(hastie_cuts) $@.d/train | \
	    $(call hastie_test,adaboost,AdaBoost.M1 400 stumps) >> $@.d/run
	@adaboost-train -q -y y -n 1 --algorithm m1 $(hastie_cuts) $@.d/train | \
	    $(call hastie_test,adaboost,one stump) >> $@.d/run
	@for n in 122 244; do \
	    adaboost-train -q -y y -n 1 --algorithm m1 --max-leaves $$n $(hastie_cuts) $@.d/train | \
	        $(call hastie_test,adaboost,one tree of $$n leaves); \
	done >> $@.d/run
	@mv $@.d/run $@
	@rm -r $@.d

$(OUT)/hastie.csv: $(hastie_runs)
