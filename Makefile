# `make demo` and `make test` do all of their own set-up; see jobsite/demo/install.sh. PYTHON=... names another Python.
PYTHON ?= python3
export PYTHON
# Where this is set, every process compiles DataJoint and all it imports anew: seven seconds each.
unexport PYTHONDONTWRITEBYTECODE
RUN = .venv/bin/python
BENCH ?= populate
# The fast tests are over before Django or further processes are there. A server that TEST_LAB_URL names is one for all.
ALL_TESTS = -n $(if $(TEST_LAB_URL),0,3) --dist loadfile --no-loadscope-reorder
RING = $(if $(findstring -m fast,$(ARGS)),-p no:django -p no:xdist,$(ALL_TESTS))

.PHONY: help demo test lint format bench

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: ## a private server, a lab at work, and the site, until Ctrl-C
	@sh jobsite/demo/install.sh demo
	@JOBSITE_HOME=.demo/site exec $(RUN) manage.py demo

test: ## all tests, on a private server and in a headless browser; ARGS="-m fast" or "-k clear" chooses (docs/testing.md)
	@sh jobsite/demo/install.sh test
	@TEST_SETTING=$(SETTING) $(RUN) -m pytest $(RING) $(ARGS)

bench: ## populate beside DataJoint's own, or with BENCH=listing the lists beside Django's admin; ARGS="--only 8" chooses, --rounds repeats
	@sh jobsite/demo/install.sh test
	@$(RUN) -m benchmarks.$(BENCH) $(ARGS)

lint: ## types, style and templates
	@sh jobsite/demo/install.sh test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m djlint --quiet --check templates

format: ## write style and templates as lint wants them
	@sh jobsite/demo/install.sh test
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .
	$(RUN) -m djlint --quiet --reformat templates
