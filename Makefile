# `make book` and `make test` each work on a fresh machine with Python 3.11 to 3.13 and make.
PYTHON ?= python3
BIN := .venv/bin
# What the book needs, and what all else needs beside it.
FOR_BOOK := .venv/.for-book
READY := .venv/.ready
# Python compiles what it imports, and keeps that also where the environment forbids it, as images of containers do: to
# compile torch anew doubles the time of its import. Pip would compile all that it installs, which takes half a minute.
export PYTHONDONTWRITEBYTECODE :=
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile
SITE := _build/html/index.html
SOURCES := _config.yml _toc.yml \
	$(shell find course_lm book exercises solutions -type f -not -path '*/.*' -not -path '*/__pycache__/*')
# Stored numbers are those of one thread on the CPU.
FIXED := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 COURSE_LM_DEVICE=cpu JUPYTER_PLATFORM_DIRS=1
# Two processes, and each file in one of them: what a file makes once, or a notebook's kernel, is shared by its tests.
# The files come in the order of the command, so that notebooks, which take longest, begin.
BY_FILE := -n 2 --dist loadfile --no-loadscope-reorder
# No test of the browser uses these plugins, which take three seconds to load.
BROWSER := $(BIN)/python -m pytest -rs -p no:hypothesispytest -p no:anyio -n 2 --dist worksteal tests/browser
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=600 --ignore=tests/notebooks/specimen.ipynb
NOTEBOOKS := book solutions tests/notebooks
BESIDE_BROWSER := $(BY_FILE) $(NBVAL) $(NOTEBOOKS) tests/unit
STORED := book/*.ipynb solutions/*.ipynb tests/notebooks/specimen.ipynb

.PHONY: setup book pdf test test-one test-unit test-notebooks test-browser test-long test-machines test-newest \
	test-lowest newest lowest arm notebooks repo test-colab gpu-runs pretrained-record lab serve lint audit release \
	lock clean distclean

setup: $(READY)

$(FOR_BOOK): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python $(INSTALL) -e ".[book]" -c constraints.txt
	touch $@

$(READY): $(FOR_BOOK)
	$(BIN)/python $(INSTALL) -e ".[book,test]" -c constraints.txt
	touch $@

book: $(SITE)
	@echo "The book is built. Open it: file://$(CURDIR)/$(SITE)"

# Each of the two tools trains a model on one core, unless this machine keeps it.
$(SITE): $(FOR_BOOK) $(SOURCES)
	$(FIXED) $(BIN)/python book/_tools/toy_run.py & \
		$(FIXED) $(BIN)/python book/_tools/live_toy.py && wait $$!
	rm -rf _build
	$(BIN)/jupyter-book build . -n -W --keep-going --quiet

# The whole book on paper, which takes Chromium a minute.
pdf: $(SITE) $(READY)
	$(BIN)/python book/_tools/pdf.py

# Unit tests and notebooks, then the browser's, and one summary of both.
test: $(READY) $(SITE)
	$(BIN)/python -m tests.everything \
		"$(FIXED) $(BIN)/python -m pytest $(BESIDE_BROWSER)" "$(BROWSER)"

# One file, or one test of it: make test-one TEST='tests/unit/test_loss.py::test_…'
test-one: $(READY)
	$(FIXED) $(BIN)/python -m pytest -rs $(NBVAL) "$$TEST"

test-unit: $(READY)
	$(FIXED) $(BIN)/python -m pytest -rs $(BY_FILE) tests/unit

# The first line trains the model of the chapters if this machine does not keep it, as the book does: chapters that run
# side by side would wait for it, and say so.
test-notebooks: $(READY)
	$(FIXED) $(BIN)/python book/_tools/live_toy.py
	$(FIXED) $(BIN)/python -m pytest $(BY_FILE) $(NBVAL) $(NOTEBOOKS)

# Unit tests and notebooks as on other machines: with fewer instructions, other versions, and Arm. It takes an hour.
test-machines: $(READY) newest lowest arm
	$(FIXED) $(BIN)/python -m tests.machines "$(BESIDE_BROWSER)"

test-newest test-lowest: test-%: %
	$(FIXED) .venv-$*/bin/python -m tests.machines "$(BESIDE_BROWSER)" $*

# The newest Python that is here, and the newest torch; all else as pinned.
newest:
	rm -rf .venv-newest
	$$(for minor in 13 12 11; do command -v python3.$$minor && break; done || echo $(PYTHON)) -m venv .venv-newest
	.venv-newest/bin/python $(INSTALL) -e ".[book,test]" -c constraints.txt

# The oldest versions that pyproject.toml admits of what the package needs, and the newest of all else; without the
# tools that build the book, which has its pinned versions.
lowest:
	rm -rf .venv-lowest
	$(PYTHON) -m venv .venv-lowest
	sed -n '/^dependencies = /,/^]/s/ *"\([a-z]*\)>=\([0-9.]*\).*/\1==\2.*/p' pyproject.toml > .venv-lowest/lowest.txt
	.venv-lowest/bin/python $(INSTALL) -e ".[test]" -c .venv-lowest/lowest.txt

# Debian's Python for Arm, with what chapters need, and an emulator.
arm: $(READY)
	rm -rf .venv-arm
	if command -v apt-get && command -v qemu-aarch64-static; then tests/machines/arm.sh .venv-arm $(BIN)/python; \
		else echo "Arm is left out, which Debian can emulate: apt install qemu-user-static"; fi

# What takes minutes: whole classes, every attack on the grader, kills, and training until it is good.
test-long: $(READY) $(SITE)
	$(FIXED) $(BIN)/python -m pytest -rs $(BY_FILE) -m long tests

test-browser: $(READY) $(SITE)
	$(BROWSER)

# All of them, or one: make notebooks ONLY=book/03_cross_entropy.ipynb
notebooks: $(READY)
	$(BIN)/python book/_tools/install_cell.py
	$(FIXED) $(BIN)/python book/_tools/execute.py $(or $(ONLY),$(STORED))
	$(BIN)/python -m course_lm.grading.student_notebooks solutions exercises

# The address from which notebooks install the package on Colab: make repo URL=https://github.com/me/my-fork
repo: $(READY)
	$(BIN)/python book/_tools/install_cell.py $(URL)
	$(BIN)/python -m course_lm.grading.student_notebooks solutions exercises

# Every notebook as on Colab: with the versions there (but the torch of this machine), without the package at first.
test-colab:
	rm -rf .venv-colab
	$(PYTHON) -m venv .venv-colab
	grep -v '^torch==' tests/unit/colab_packages.txt > .venv-colab/constraints.txt
	.venv-colab/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir .venv-colab/wheel .
	.venv-colab/bin/python $(INSTALL) -c .venv-colab/constraints.txt \
		.venv-colab/wheel/*.whl ipykernel nbclient
	.venv-colab/bin/python -m pip uninstall --quiet --yes course-lm jedi
	PYTHONPATH=book/_tools $(FIXED) .venv-colab/bin/python tests/colab/run_notebooks.py .venv-colab/wheel/*.whl

# Measures the GPU if there is one, then writes book/gpu_runs.md from the records that are there.
gpu-runs: $(READY)
	if $(BIN)/python -c "import sys, torch; sys.exit(not torch.cuda.is_available())"; then \
		$(BIN)/python benchmarks/gpu.py $(if $(NANOGPT),--nanogpt $(NANOGPT)) --json benchmarks/records; fi
	$(BIN)/python book/_tools/gpu_runs.py

# What small public models pay for the same texts; needs a network. MACHINE="two cores of …" says where it ran.
pretrained-record: $(READY)
	$(BIN)/python benchmarks/pretrained_record.py "$(or $(MACHINE),$(shell uname -srm))"

lab: $(READY)
	$(BIN)/python $(INSTALL) -e ".[lab]" -c constraints.txt
	$(BIN)/python book/_tools/contents.py
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --LabApp.app_settings_dir="$(CURDIR)/book/_tools/lab" \
		--LabApp.default_url=/lab/tree/CONTENTS.md

serve: book
	$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 8000

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/oxlint --deny-warnings book/_static
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

# Known vulnerabilities of what constraints.txt pins, and of what the ranges bring beside it.
audit: $(READY)
	$(BIN)/python $(INSTALL) -e ".[release]" -c constraints.txt
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

# Wheel and source archive, checked: the wheel in a fresh environment outside the repository, the archive by its tests.
release: $(READY)
	$(BIN)/python $(INSTALL) -e ".[release]" -c constraints.txt
	rm -rf dist .venv-release
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python $(INSTALL) dist/*.whl
	$(FIXED) $(BIN)/python -m pytest tests/release
	mkdir .venv-release/source
	tar xzf dist/*.tar.gz -C .venv-release/source --strip-components 1
	cd .venv-release/source && PYTHONPATH="$$PWD" $(FIXED) "$(CURDIR)/$(BIN)/python" -m pytest $(BY_FILE) tests/unit
	@echo "dist/ holds the release. What to do with it: MAINTAINING.md, Release a version."

# Pins everything but torch and what only torch brings; run it when a dependency should move.
lock:
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(INSTALL) -e ".[book,test,lab,release]"
	.venv-lock/bin/python -m pip freeze --exclude-editable \
		| grep -viE '^(torch|triton|nvidia-|cuda-|setuptools|sympy|mpmath|networkx|fsspec)' > constraints.txt
	rm -rf .venv-lock

# All that is made but the environments, which take minutes to make again; distclean takes these too.
clean:
	rm -rf _build .cache dist runs/toy CONTENTS.md book/_static/live/toy_*.js .mypy_cache .ruff_cache .hypothesis

distclean: clean
	rm -rf .venv .venv-*
