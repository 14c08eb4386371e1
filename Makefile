# Everything runs in .venv, which `setup` makes. Needs Python 3.11 or newer: `make demo PYTHON=python3.12` names another.
PYTHON ?= python3
CORES ?= all
BIN := .venv/bin
QUIETLY := --quiet progress rules host reason
TINYSLURM := tests/cluster/tinyslurm.sh
ONLY := cluster
# On a terminal, a panel with bars; it comes after targets, which it would take for its own.
PANEL := $(shell test -t 2 && echo --logger rich)

.DEFAULT_GOAL := help
.PHONY: help setup slurm demo report layers plan kept clean-kept test test-all test-cluster benchmark lint format check lock clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

setup: .venv/installed ## install the pinned packages into .venv

slurm: .venv/installed ## install what profiles/slurm needs, too
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-slurm.txt

demo: .venv/installed ## run the whole study on the bundled digits: offline, in minutes
	@$(BIN)/snakemake --cores $(CORES) --configfile config/demo.yaml $(PANEL)

report: .venv/installed ## the whole study of config/config.yaml, as one page: report.html in its folder
	@$(BIN)/snakemake report --cores $(CORES) $(PANEL)

layers: .venv/installed ## list what can be measured of a model, before anything is trained: MODEL=... DATASET=... [CONFIG=...]
	@test -n "$(MODEL)" -a -n "$(DATASET)" || { echo "Error: make layers MODEL=... DATASET=... [CONFIG=config/mine.yaml]"; exit 1; }
	@$(BIN)/snakemake $(QUIETLY) --cores 1 --force results/layers/$(MODEL)_$(DATASET).md \
		$(if $(CONFIG),--configfile $(CONFIG)) --config 'study={models: [$(MODEL)], datasets: [$(DATASET)]}'
	@cat results/layers/$(MODEL)_$(DATASET).md

plan: .venv/installed ## say what would be trained and measured, and how long it takes: [CONFIG=...] [TARGETS=...]
	@ROTATIONAL_VARIANCE_PLAN=yes $(BIN)/snakemake $(TARGETS) --nolock $(QUIETLY) --cores $(CORES) \
		$(if $(CONFIG),--configfile $(CONFIG))

kept: .venv/installed ## list the finished results that are kept, and which numbers made them: [CONFIG=...]
	@$(BIN)/snakemake kept $(QUIETLY) --cores 1 $(if $(CONFIG),--configfile $(CONFIG))

clean-kept: ## delete the kept results; those in their places stay
	@test ! -d results/.kept || find results/.kept/ -mindepth 1 -delete

test: .venv/installed-dev ## run the tests, but for those that take minutes
	@$(BIN)/python -m pytest

test-all: test ## then those: trainings killed at twenty random moments, a whole study twice
	@$(BIN)/python -m pytest -m "long and not cluster"

test-cluster: .venv/installed-dev slurm ## studies and faults on a SLURM of two nodes on this machine (as root, on Debian) [ONLY='not long']
	@command -v sbatch slurmctld slurmd munged >/dev/null || bash $(TINYSLURM) install
	@bash $(TINYSLURM) start >/dev/null
	@status=0; \
		$(BIN)/python -m pytest -m "cluster and not alone and ($(ONLY))" -n 3 --dist load tests/cluster || status=$$?; \
		$(BIN)/python -m pytest -m "cluster and alone and ($(ONLY))" -n 0 tests/cluster || status=$$?; \
		bash $(TINYSLURM) stop; exit $$status

lint: .venv/installed-dev ## check style and the workflow
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/snakefmt --check Snakefile workflow/Snakefile workflow/rules
	@$(BIN)/snakemake --lint
	@$(BIN)/snakemake --lint --snakefile workflow/Snakefile

benchmark: .venv/installed ## measure speed and memory (a quarter of an hour on 2 cores); benchmarks/results.csv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-benchmark.txt
	@PYTHONPATH=workflow/scripts $(BIN)/python -m benchmarks

format: .venv/installed-dev ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/snakefmt Snakefile workflow/Snakefile workflow/rules

check: lint test ## lint, then test

# What torch brings along only where it is built for CUDA is pinned as constraints: it installs nothing by itself.
CUDA_ONLY := ^(cuda-|nvidia-|triton=)
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate pyproject.toml
pin = $(COMPILE) $(2) -o .venv/pins.txt && { \
	echo "\# Written by make lock."; echo "-c requirements-cuda.txt"; grep -vE '$(CUDA_ONLY)' .venv/pins.txt; } > $(1)

lock: .venv/installed-dev ## pin all packages anew, from pyproject.toml
	@$(COMPILE) -o .venv/cuda.txt && grep -E '$(CUDA_ONLY)' .venv/cuda.txt > requirements-cuda.txt
	@$(call pin,requirements.txt,)
	@$(call pin,requirements-dev.txt,--extra dev -c requirements.txt)
	@$(call pin,requirements-slurm.txt,--extra slurm -c requirements.txt)
	@$(call pin,requirements-benchmark.txt,--extra benchmark -c requirements.txt)

clean: ## remove .venv and caches (not results/, nor the records of how they were made)
	rm -rf .venv .pytest_cache .ruff_cache

.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Error: $(PYTHON) is not Python 3.11 or newer; install one and name it: make $(MAKECMDGOALS) PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { \
		echo "Error: $(PYTHON) cannot make a virtual environment (Debian: apt install python3-venv)"; exit 1; }
	@touch $@

.venv/installed: requirements.txt requirements-cuda.txt | .venv/created
	@echo "Installing the pinned packages into .venv (a minute or two; some minutes where torch comes with CUDA) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing the development packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
