# Two commands matter: `make demo` and `make test`. Only Python 3.11 and make are needed.
PYTHON ?= python3.11
BIN := .venv/bin
.DEFAULT_GOAL := help
# each process would compile the program again; a laptop keeps what was compiled
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-slow lint bench faults fuzz setup setup-dev browser lab spark test-spark clean

help:
	@echo "make demo   espace de travail fictif complet : tableau de bord et rapports"
	@echo "make test   la suite de tests, navigateur compris (moins de dix minutes sur deux cœurs)"
	@echo "make test-slow  les tests longs : chaque panne une fois, exécutions entières, fichiers réels"
	@echo "make lint   ruff, mypy, sqlfluff"
	@echo "make bench  mesures de vitesse et de mémoire (benchmarks/)"
	@echo "make faults provoque chaque panne au moins $(FAULT_REPEATS) fois et écrit docs/fiabilite.md"
	@echo "make fuzz   entrées guidées par la couverture, pour chaque lecteur écrit à la main"
	@echo "make lab    Jupyter pour les analystes"
	@echo "make spark  les mêmes modèles sur un Spark de cette machine, un pôle puis cinquante, comparés à DuckDB (Java 17)"

.venv/run: requirements.lock pyproject.toml
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	touch $@

.venv/fuzz: requirements-fuzz.lock .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-fuzz.lock
	touch $@

.venv/lab: requirements-lab.lock .venv/run
	test -d .venv-lab || $(PYTHON) -m venv .venv-lab
	.venv-lab/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-lab.lock
	.venv-lab/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

.venv/spark: requirements-spark.lock .venv/dev
	test -d .venv-spark || $(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-spark.lock
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

setup: .venv/run
setup-dev: .venv/dev
lab: .venv/lab

demo: setup
	$(BIN)/periscope demo demo-pole

# Debian's chromium and faketime when they may be installed; without them their tests are skipped by name and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	  || echo "Pas de chromium : les tests du navigateur seront sautés, par leur nom."
	@command -v faketime >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -y -qq faketime >/dev/null; } \
	  || echo "Pas de faketime : « un autre jour » (R12) sera sauté, par son nom."

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 models macros tests/dbt

test: setup-dev browser lint
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

# What takes minutes: every fault once, whole runs of the demo pole, real files. Run in CI too.
test-slow: setup-dev browser
	$(BIN)/pytest -n 2 --dist loadfile -m slow

# A real cluster on loopback: Java 17 is needed. The demo pole, then a network of fifty invented poles; the tests also
# kill one of its workers while it builds.
spark: .venv/spark
	test -d target/spark-demo/published || $(BIN)/periscope demo target/spark-demo --as-of 2026-11-23
	.venv-spark/bin/python -m periscope.spark -w target/spark-demo --quarter 2026-Q3 --as-of 2026-11-23
	PERISCOPE_NETWORK_POLES=50 .venv-spark/bin/python -m pytest tests/spark -k network

test-spark: .venv/spark
	.venv-spark/bin/python -m pytest tests/spark

# Every fault of the reliability page, provoked many times; the counts are written in docs/fiabilite.md.
# The random orders are those of the day, other than those of CI.
FAULT_REPEATS ?= 20
FAULT_SEED ?= $(shell date +%Y%m%d)
faults: export PERISCOPE_SEED = $(FAULT_SEED)
faults: setup-dev fuzz
	rm -f target/faults.csv
	PERISCOPE_FAULT_REPEATS=$(FAULT_REPEATS) PERISCOPE_FAULT_REPORT=docs/fiabilite.md $(BIN)/pytest -n 2 tests/faults
	PERISCOPE_STATEFUL_EXAMPLES=$(FAULT_REPEATS) PERISCOPE_STATEFUL_STEPS=12 $(BIN)/pytest tests/stateful
	$(BIN)/python -m benchmarks.soak 40 --report
	$(BIN)/python -m benchmarks.mutation --report

# Coverage-guided inputs for each reader written by hand, so many seconds each (Linux).
FUZZ_SECONDS ?= 60
fuzz: .venv/fuzz
	set -e; for target in fec fec-lines dumps amounts dates headers; do \
	  $(BIN)/python -m tests.fuzz.harness $$target $(FUZZ_SECONDS); done

bench: setup-dev
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf target .pytest_cache .mypy_cache .ruff_cache .hypothesis
