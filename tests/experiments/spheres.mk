# AdaBoost by labels and by probabilities on nested spheres in ten columns.

SPHERES_REPEATS := 20
spheres_runs := $(addprefix $(OUT)/spheres/run-,$(call upto,$(SPHERES_REPEATS)))

$(spheres_runs): $(programs) | $(OUT)/spheres
	@mkdir -p $@.d
	@toydata spheres -n 2000 -s $(seed) -o $@.d/train
	@toydata spheres -n 10000 -s $(test_seed) -o $@.d/test
	@for a in samme samme.r; do \
	    adaboost-train -q -y y -n 400 --algorithm $$a --max-bins 2000 $@.d/train | \
	        $(call predict,adaboost,y,$@.d/test) | $(call errors,y,$$a); \
	done > $@.d/run
	@mv $@.d/run $@
	@rm -r $@.d

$(OUT)/spheres.csv: $(spheres_runs)
