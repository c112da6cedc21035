# Two commands: `make conformance` (the main job) and `make test`. Both set up what they need, once.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
BIN := $(VENV)/bin

# Modules are compiled once, and not again by every process, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: attacks peers kills mutants together-sample contracts sweep matrix-imported real-services conformance test schema fuzz matrix matrix-sample matrix-other matrix-other-sample lint types lock picture coverage cassettes cases compiled wheels test-compiled bench container docs sbom clean

conformance: $(STAMP)
	$(BIN)/linkproof run

# Four workers on two cores: much of the time is waiting, for browsers and processes. Each takes whole files, so that
# their fixtures are made once, in the order of tests/scheduling.py.
test: $(STAMP)
	$(BIN)/python -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder

# Damaged input for every reader: FUZZ inputs each; what breaks one is kept in build/fuzz-corpus and tried first next time.
FUZZ ?= 2000
fuzz: $(STAMP)
	LINKPROOF_FUZZ=$(FUZZ) $(BIN)/python -m pytest -q tests/fuzzing

# Damaged files, hostile servers and secrets, each with exit code, time and memory: the tables of docs/robustness.md.
ATTACKS ?= 290
attacks: $(STAMP)
	$(BIN)/python -m tests.attacks --inputs $(ATTACKS)

# Schemathesis and Prism on the documents of all contracts: EXAMPLES random requests of each operation.
EXAMPLES ?= 50
peers: $(STAMP)
	LINKPROOF_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q tests/project/test_peers.py

# Kills of `run --record` and `nightly` at random moments: what is left is whole, and a second run succeeds.
kills: $(STAMP)
	$(BIN)/python -m tests.kills --times 20

# How many small changes of checks/ and judging/ the tests notice: docs/mutants.md. Ends with 1 where a survivor is not
# explained in tests/mutants/equivalent.toml.
MUTANTS ?= 120
SEED ?= 15
mutants: $(STAMP)
	$(BIN)/python -m tests.mutants --mutants $(MUTANTS) --seed $(SEED) --commit "$$(git rev-parse --short HEAD)"

# What the suites catch: every fault and variant, as a table in docs/. By night with all tests for each fault:
# `make matrix TESTS=--all-tests`.
TESTS ?=
matrix: $(STAMP)
	$(BIN)/linkproof faults matrix $(TESTS) --commit "$$(git rev-parse --short HEAD)" --out reports/faults
	$(BIN)/linkproof faults matrix --together 2 --together 3 --together 5 --together 10 --sample 40 --out reports/faults
	cat reports/faults/matrix.md reports/faults/together.md > docs/fault-matrix.md

# A fixed, even sample of it.
matrix-sample: $(STAMP)
	$(BIN)/linkproof faults matrix --sample 40 --out reports/faults

# An even sample of groups of five faults at once, here and on the other server; ends with 1 below the goals.
together-sample: $(STAMP)
	$(BIN)/linkproof faults matrix --together 5 --sample 6 --out reports/faults
	$(BIN)/python -m tests.other_matrix --together 5 --sample 3

# The faults and variants of tests/other_server, the server that shares no code with Linkproof: all of them, by night.
matrix-other: $(STAMP)
	$(BIN)/python -m tests.other_matrix --all-tests

# An even sample of it.
matrix-other-sample: $(STAMP)
	$(BIN)/python -m tests.other_matrix --sample 40

schema: $(STAMP)
	$(BIN)/python -c 'import json; from linkproof.results.serialize import results_schema as s; print(json.dumps(s(), indent=2, ensure_ascii=False))' > schemas/formats/results.schema.json

# By night: every imported contract on the embedded server, and a fault and a variant of each family on each.
sweep: $(STAMP)
	$(BIN)/linkproof run --tier imported --quiet --concurrency 2 --out reports/sweep

matrix-imported: $(STAMP)
	$(BIN)/linkproof faults matrix --tier imported --each-family --out reports/faults-imported

# The imported contracts anew, from API descriptions and Bicep types that lie beside the checkout.
contracts: $(STAMP)
	$(BIN)/python -m tests.ship_contracts ../shared/specs-azure ../shared/bicep-types
	$(BIN)/linkproof contracts diff --out docs/versions.md

# What real services were seen to do, from recordings that lie beside the checkout.
real-services: $(STAMP)
	$(BIN)/linkproof services ../shared/recordings ../shared/recordings-azure-cli --verdicts docs/real-services.toml --out docs/real-services.md

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

# The lock file pins every version; the project itself is installed in place. uv fetches side by side what pip fetches in
# turn; where it cannot (an index that only pip knows), pip does.
$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep '^uv==' requirements.lock)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(STAMP)

# Pin anew, from pyproject.toml.
lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --group dev pyproject.toml -o requirements.lock

# The picture of a report in README.md: a real run against a server with ten faults (needs /usr/bin/chromium).
picture: $(STAMP)
	$(BIN)/python -m docs.picture

# What is tried of each constraint of each request.
coverage: $(STAMP)
	$(BIN)/linkproof contracts coverage > docs/request-coverage.md

# Record the embedded server anew, a cassette for each contract (gzip without name and time: same content, same bytes).
cassettes: $(STAMP)
	for contract in $$(ls schemas/contracts); do \
	  $(BIN)/linkproof run --quiet --contract $$contract --record cassettes/$$contract.yaml --out reports/cassettes || exit 1; \
	  gzip -9nf cassettes/$$contract.yaml; \
	done
	rm -rf reports/cassettes
	$(BIN)/python -m tests.approve

# Draw the generated cases of every reviewed contract anew (suites/cases).
cases: $(STAMP)
	$(BIN)/python -m tests.ship_cases

# A wheel for this machine with the judging modules in C (mypyc; needs a C compiler, takes a minute), built in a copy.
# CI, which only tests it, has the compiler optimise nothing (OPT=0).
OPT ?= 3
compiled: $(STAMP)
	rm -rf build/compiled dist/compiled
	mkdir -p build/compiled
	cp -R pyproject.toml README.md src schemas suites cassettes build/compiled/
	printf '\n[tool.hatch.build.targets.wheel.hooks.mypyc.options]\nopt_level = "$(OPT)"\n' >> build/compiled/pyproject.toml
	cd build/compiled && HATCH_BUILD_HOOK_ENABLE_MYPYC=1 ../../$(BIN)/python -m hatchling build -t wheel -d ../../dist/compiled
	$(BIN)/python -m zipfile -e dist/compiled/*.whl dist/compiled/unpacked

# What a release offers: the source, the plain wheel for every machine, and the compiled one for machines like this one.
# pip takes the compiled one where it fits, the plain one elsewhere.
wheels: compiled
	rm -rf dist/release
	$(BIN)/python -m hatchling build -d dist/release
	cp dist/compiled/*.whl dist/release/

# The tests of checks and of repeated answers, on the compiled modules.
test-compiled:
	PYTHONPATH=dist/compiled/unpacked $(BIN)/python -m pytest -q -n 2 tests/project/test_compiled.py tests/checks/test_checks.py tests/judging/test_repeated_answers.py

# What is fast and what is not, into docs/performance.md: half an hour on a quiet machine (npm fetches oav and Prism).
bench: $(STAMP)
	test -d dist/compiled/unpacked || $(MAKE) compiled
	npm ci --prefix bench --no-audit --no-fund --loglevel=error
	npm ci --no-audit --no-fund --loglevel=error
	$(BIN)/python -m bench

# The documentation site: build/docs/site/index.html. A dead link fails.
docs: $(STAMP)
	$(BIN)/python -m docs.site
	$(BIN)/linkchecker --no-status --no-warnings -o failures build/docs/site/index.html

# What a release is made of, as CycloneDX: an environment with the package alone.
sbom: $(STAMP)
	rm -rf build/sbom && mkdir -p build
	$(PYTHON) -m venv build/sbom
	build/sbom/bin/pip install --quiet --disable-pip-version-check .
	$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml -o build/sbom.json build/sbom

# The container image where a builder runs; elsewhere its file is linted.
container: $(STAMP)
	if docker info >/dev/null 2>&1; then docker build -q -f Containerfile -t linkproof . ; \
	elif podman info >/dev/null 2>&1; then podman build -q -t linkproof . ; \
	else $(BIN)/hadolint Containerfile && echo "no container builder runs here: Containerfile was linted only"; fi

clean:
	rm -rf $(VENV) build dist reports/latest
