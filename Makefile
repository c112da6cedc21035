# Two commands: `make conformance` (the main job) and `make test`. Both set up what they need, once.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
BIN := $(VENV)/bin

.PHONY: conformance test lint types lock cassettes clean

conformance: $(STAMP)
	$(BIN)/linkproof run

test: $(STAMP)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

# The lock file pins every version; the project itself is installed in place.
$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(STAMP)

# Pin anew, from pyproject.toml (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --group dev pyproject.toml -o requirements.lock

# Record the embedded server anew, a cassette for each contract (gzip without name and time: same content, same bytes).
cassettes: $(STAMP)
	for contract in $$(ls schemas/contracts); do \
	  $(BIN)/linkproof run --quiet --contract $$contract --record cassettes/$$contract.yaml --out reports/cassettes || exit 1; \
	  gzip -9nf cassettes/$$contract.yaml; \
	done
	rm -rf reports/cassettes

clean:
	rm -rf $(VENV) reports/latest
