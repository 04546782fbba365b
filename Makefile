# `make lab` is all a reader needs; `make help` lists the rest. The set-up itself is .make/setup.sh.
# Every path is relative, so that the folder may have spaces in its name.
PYTHON ?=
PIP_ARGS ?=
LAB_ARGS ?=
ARGS ?=
export PYTHON PIP_ARGS
# With it, `cd notebooks` may lead to a folder of that name elsewhere.
unexport CDPATH

IN_VENV := .venv/bin/python
TEXTS := $(wildcard notebooks/text/[0-9]*.md)
SHIPPED := $(wildcard $(patsubst notebooks/text/%.md,notebooks/%.ipynb,$(TEXTS)))
TRUSTED := .venv/trusted-by-$(shell id -u)
# One thread each: lessons that train beside each other on two threads take more than twice the work. Three workers on
# two cores, as a test with a browser or a kernel waits half its time. (ARGS=-n0 runs all in one process, for --pdb.)
# Every worker, kernel and process imports the same modules: bytecode is kept, also where the environment forbids it.
SHARED := --numprocesses=3 --dist=loadfile --no-loadscope-reorder
# One or two networks as small as a lesson's train a fifth faster where glibc keeps what was freed (macOS and Windows
# pass over it) and oneDNN leaves AVX-512, whose convolutions are slower here. What is set already stays.
QUICK := env MALLOC_MMAP_THRESHOLD_=$${MALLOC_MMAP_THRESHOLD_:-33554432} \
    MALLOC_TRIM_THRESHOLD_=$${MALLOC_TRIM_THRESHOLD_:-268435456} ONEDNN_MAX_CPU_ISA=$${ONEDNN_MAX_CPU_ISA:-AVX2}
# JupyterLab refuses to run as root unless told to.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# Whatever folder the user's own settings for Jupyter open, and whatever kernel of theirs has the name python3.
HERE := --ServerApp.root_dir="$$PWD" --FileContentsManager.root_dir="$$PWD" --FileContentsManager.preferred_dir=
OURS := JUPYTER_PREFER_ENV_PATH=1

.PHONY: help setup lab test test-fast notebooks records check-lessons times site test-site test-browsers lint bench clean
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile
	@echo "Choices: PYTHON=python3.11, PIP_ARGS='options for pip', LAB_ARGS='--no-browser --port=9000'"

setup: ## make .venv with what a reader needs
	@sh .make/setup.sh requirements.txt

lab: setup $(TRUSTED) ## open the lessons in JupyterLab (the first call sets everything up)
	@cd notebooks && $(OURS) $(QUICK) ../$(IN_VENV) -P -m jupyterlab $(AS_ROOT) $(HERE) $(LAB_ARGS)

# The explorers in a notebook are scripts: Lab shows them only to a user who has said that the notebook is trusted.
$(TRUSTED): $(SHIPPED) | setup
	@$(if $(SHIPPED),$(IN_VENV) .make/trust.py $(SHIPPED))
	@touch $@ 2>/dev/null || true

test: ## run every test and every lesson, from an empty cache
	@sh .make/setup.sh requirements-dev.txt
	@cache=$$(mktemp -d) && trap 'rm -rf "$$cache"' EXIT && trap 'exit 130' INT TERM && \
	lessons=$$($(IN_VENV) notebooks/text/build.py --to-test) && \
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= LESSONS_LIB_CACHE="$$cache" \
	    $(QUICK) $(IN_VENV) -m pytest $$lessons tests $(SHARED) --nbval-lax \
	    --nbval-current-env --nbval-cell-timeout=300 --nbval-sanitize-with=tests/notebooks/sanitize.cfg $(ARGS)

test-fast: ## run the tests alone, without browser and lessons
	@sh .make/setup.sh requirements-dev.txt
	@PYTHONDONTWRITEBYTECODE= $(IN_VENV) -m pytest tests --ignore=tests/browser $(ARGS)

notebooks: ## make the notebooks anew whose text or library changed (ARGS="02", ARGS=--all)
	@sh .make/setup.sh requirements-dev.txt
	@$(IN_VENV) notebooks/text/build.py $(ARGS)
	@$(IN_VENV) notebooks/web/links.py

records: ## record what lessons and benchmarks measure, from many starts, where it is out of date (ARGS="03": this anew)
	@sh .make/setup.sh requirements-dev.txt
	@$(IN_VENV) -m benchmarks.make_records $(ARGS)

check-lessons: ## run the lessons from starts that were not recorded, against their records (ARGS="03"; half an hour for all)
	@sh .make/setup.sh requirements-dev.txt
	@$(IN_VENV) -m benchmarks.make_records --check $(ARGS)

times: ## run each lesson, then make test, and write their times into README (ARGS="00 05": print these)
	@sh .make/setup.sh requirements-dev.txt
	@$(QUICK) $(IN_VENV) -m benchmarks.lesson_times $(ARGS)

site: ## make the course as a web site, in the folder site, from the notebooks as they are
	@sh .make/setup.sh requirements-dev.txt
	@PYTHONPATH=notebooks/text $(IN_VENV) notebooks/web/make_site.py

test-site: ## open every page of the site in a browser and try its figures (make test does so with two pages)
	@sh .make/setup.sh requirements-dev.txt
	@EVERY_PAGE=yes $(IN_VENV) -m pytest tests/browser/test_site.py $(ARGS)

test-browsers: ## try every explorer in Firefox and WebKit, where they are installed (make test: one gesture in one)
	@sh .make/setup.sh requirements-dev.txt
	@EVERY_GESTURE=yes $(IN_VENV) -m pytest -n0 tests/browser/test_engines.py $(ARGS)

lint: ## check style, of JavaScript too, the order of imports, and types
	@sh .make/setup.sh requirements-dev.txt
	@$(IN_VENV) -m ruff check . && $(IN_VENV) -m ruff format --check . && .venv/bin/lint-imports --no-cache
	@$(IN_VENV) -m mypy
	@.venv/bin/biome ci --diagnostic-level=warn .

bench: ## measure losses, how soon a figure answers, and how fast a page trains (needs Chromium)
	@sh .make/setup.sh requirements-dev.txt
	@$(IN_VENV) -m benchmarks.heads
	@$(IN_VENV) -m benchmarks.event_to_paint
	@$(IN_VENV) -m benchmarks.page_training

clean: ## remove .venv, the web site and what tests left in this folder (trained networks stay in the cache)
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis notebooks/.shipped
	[ ! -e site/llms.txt ] || rm -rf site # another folder of this name is somebody's own
	find lessons_lib tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} +
