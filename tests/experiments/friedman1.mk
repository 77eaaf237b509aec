# Boosted stumps on Friedman's first regression.

FRIEDMAN1_REPEATS := 20
friedman1_drawn := $(addprefix $(OUT)/friedman1/run-,$(call upto,$(FRIEDMAN1_REPEATS)))
friedman1_file := $(OUT)/friedman1/file
friedman1_rows := testdata/friedman1.csv

$(friedman1_drawn): row = rows of our own
$(friedman1_drawn): rows = toydata friedman1 -n 200 -s $(seed) -o $@.d/train; \
    toydata friedman1 -n 1000 -s $(test_seed) -o $@.d/test
$(friedman1_file): row = make_friedman1(seed 0)
$(friedman1_file): rows = head -n 201 $(friedman1_rows) > $@.d/train; \
    sed 2,201d $(friedman1_rows) > $@.d/test

$(friedman1_file): $(friedman1_rows)
$(friedman1_drawn) $(friedman1_file): $(programs) | $(OUT)/friedman1
	@mkdir -p $@.d
	@$(rows)
	@gbdt-train -q -y y -n 100 --learning-rate 0.1 --max-depth 1 --min-leaf 1 $@.d/train | \
	    $(call predict,gbdt,y,$@.d/test) | $(call squares,y,$(row)) > $@.d/run
	@mv $@.d/run $@
	@rm -r $@.d

$(OUT)/friedman1.csv: $(friedman1_drawn) $(friedman1_file)
