# `make status` and `make test` set up everything they need; git, make and Python 3.11 or later are enough.
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
SOURCES := pyproject.toml compile_translations.py $(wildcard src/xuncha/locale/*/LC_MESSAGES/*.po)

.PHONY: status test test-apart lint docs pictures bench reliability fuzz publish bundle release messages clean

status: .venv/ready
	@$(BIN)/xuncha status

test: .venv/ready-to-develop
	$(BIN)/python -m pytest --cov --cov-report=term

# What drives a browser, is a load or a fault at many instants, builds an environment, or is a long way round: the tests marked as apart.
test-apart: .venv/ready-to-develop
	$(BIN)/python -m pytest -m apart

lint: .venv/ready-to-develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/ready-to-develop
	$(BIN)/python docs/make.py

pictures: .venv/ready-to-develop
	$(BIN)/python docs/pictures.py

bench: .venv/ready-to-develop
	$(BIN)/python bench/run.py
	$(BIN)/python bench/sheet.py
	$(BIN)/python bench/past.py
	$(BIN)/python bench/trust.py
	$(BIN)/python bench/tables.py
	$(BIN)/python bench/notices.py
	$(BIN)/python bench/desk.py
	$(BIN)/python bench/region.py

# Every instant of every fault, what is marked as apart, and every case of the tests of which `make test` tries a few: takes hours.
reliability: .venv/ready-to-develop
	$(BIN)/python -m tests.faults

# Made-up input for each reader, guided by what it reaches; TARGETS="loader merge" for some of them.
SECONDS ?= 60
fuzz: .venv/ready-to-develop
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(TARGETS)

publish: .venv/ready-to-develop
	PATH="$(CURDIR)/$(BIN):$$PATH" sh src/xuncha/skeleton/publish.sh

# What an installation without a network needs, in dist/; PLATFORMS="linux_x86_64 linux_aarch64 win_amd64" for some of them.
bundle: .venv/ready-to-develop
	$(BIN)/python bundle/pack.py $(PLATFORMS)

# All that a release consists of, in dist/; TAG=v1.2.0 is held against the version.
release: .venv/ready-to-develop
	$(BIN)/python bundle/release.py $(TAG)

clean:
	rm -rf .venv public internal dist

.venv/ready: $(SOURCES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "xuncha needs Python 3.11 or later; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q src # as pip does for what it does not install from a folder
	@touch $@

.venv/ready-to-develop: .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

messages: .venv/ready-to-develop
	$(BIN)/python extract_messages.py .venv/messages.pot
	$(BIN)/pybabel -q update --domain=xuncha --locale=zh_CN --no-fuzzy-matching --ignore-obsolete --input-file=.venv/messages.pot --output-dir=src/xuncha/locale
	$(BIN)/pybabel -q update --domain=rules --locale=zh_CN --no-fuzzy-matching --ignore-obsolete --input-file=.venv/rules.pot --output-file=docs/zh/rules.po
