# Rostra: the same commands for people and for CI. `make` lists them.
#
# Set-up needs Python 3.11 or newer with its venv module; everything else comes into .venv from the
# lock files. A stamp remembers what is installed, so that only a changed lock installs again.
# The pages for browsers need Node; without it they are left out.

PYTHON  ?= python3
VENV    := .venv
JUDGE   := .venv-judge
PLUGINS := .venv-plugins
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := $(shell find src -name '*.py' -o -name '*.pack' -o -name '*.webp')

.DELETE_ON_ERROR:
.PHONY: help serve web wheel video demo test check judge bench photo plugins docs lock clean

help:
	@echo "make serve   set up, then run the server until Ctrl-C"
	@echo "make web     build the pages and libraries for browsers, where there is Node"
	@echo "make video   set up, then render examples/welcome.json to build/welcome.mp4"
	@echo "make demo    set up, then let all presenters introduce themselves in build/cast.mp4"
	@echo "make test    set up, then run the tests"
	@echo "make check   linters, types, architecture, generated docs"
	@echo "make judge   render texts that nobody tuned for; measure the videos from outside"
	@echo "make bench   measure the production line on this machine"
	@echo "make photo   set up what makes presenters from photos"
	@echo "make plugins set up LiveKit Agents and Pipecat (0.9 GB), then test the plug-ins against them"
	@echo "make docs    write the generated pages of docs/ again"
	@echo "make cast    bake the built-in presenters again; ID=jane for one"
	@echo "make wheel   build the package with its pages into build/wheel"
	@echo "make lock    choose the newest versions that fit and pin them in locks/"
	@echo "make clean   delete what was built and installed"

serve: $(VENV)/.run
	@$(MAKE) --no-print-directory web || echo "The pages for browsers could not be built: they are left out." >&2
	@$(BIN)/rostra models fetch --optional
	@$(BIN)/rostra serve

# Vite 8 wants these versions.
NODE    := command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); \
	process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
NO_NODE := The pages for browsers are left out: they need Node 20.19 or newer with npm, see https://nodejs.org
NPM_CI  := npm ci --no-audit --no-fund --silent
WEB     := src/rostra/web/dist
PAGES   := $(shell find web -name node_modules -prune -o -name dist -prune -o -name test -prune -o -type f -print)

web:
	@if $(NODE); then $(MAKE) --no-print-directory --silent $(WEB)/.built; else echo "$(NO_NODE)" >&2; fi

$(WEB)/.built: web/node_modules/.set $(PAGES)
	@echo "Building the pages for browsers ..."
	@cd web && npm run build --silent
	@touch $@

web/node_modules/.set: web/package-lock.json
	@echo "Installing what the pages for browsers are built with ..."
	@cd web && $(NPM_CI)
	@touch $@

# The sample application of live sessions, for its test.
examples/live/node_modules/.set: examples/live/package-lock.json
	@cd examples/live && $(NPM_CI)
	@touch $@

wheel: $(VENV)/.run web
	@$(BIN)/python -m hatchling build --target wheel --directory build/wheel

video: build/welcome.mp4
	@echo "Watch build/welcome.mp4; its captions are in build/welcome.vtt."

build/welcome.mp4: $(VENV)/.run examples/welcome.json $(SOURCES)
	@$(BIN)/rostra models fetch --optional
	@mkdir -p build
	$(BIN)/rostra render examples/welcome.json -o $@

demo: build/cast.mp4 build/cast.png
	@echo "Watch build/cast.mp4; its captions are in build/cast.vtt, the faces in build/cast.png."

build/cast.mp4: $(VENV)/.run $(SOURCES)
	@$(BIN)/rostra models fetch --optional
	@mkdir -p build
	$(BIN)/rostra demo -o $@

build/cast.png: $(VENV)/.run $(SOURCES)
	@mkdir -p build
	$(BIN)/rostra presenters --sheet $@

test: $(VENV)/.dev web
	@$(BIN)/rostra models fetch --optional
	@$(MAKE) --no-print-directory $(JUDGE)/.set || echo "The judge of videos cannot be set up here: its tests are skipped." >&2
	@if $(NODE); then $(MAKE) --no-print-directory --silent examples/live/node_modules/.set; fi
	@if $(NODE); then cd web && npm test --silent; fi
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if $(NODE); then $(MAKE) --no-print-directory --silent web/node_modules/.set; else echo "$(NO_NODE)" >&2; fi
	@if $(NODE); then cd web && npm run check --silent; fi
	$(BIN)/python -m pytest tests/test_docs.py

# Whom, and which texts: make judge WHO="maya tim" TEXTS=tests/judge/scripts/clock.txt; WHO=all for everybody.
WHO   ?= jane adam
TEXTS ?= $(wildcard tests/judge/scripts/*.txt)
PACKS := $(basename $(notdir $(wildcard src/rostra/presenters/packs/*.pack)))

judge: $(VENV)/.run $(JUDGE)/.set
	@rm -rf build/judge && mkdir -p build/judge
	@for who in $(if $(filter all,$(WHO)),$(PACKS),$(WHO)); do for text in $(TEXTS); do \
		$(BIN)/python -m tests.judge.variants $$text build/judge/$$who-$$(basename $$text .txt).mp4 \
			--presenter $$who --size 1280x720 || exit 1; done; done
	$(JUDGE)/bin/python -m tests.judge build/judge/*.mp4 --out build/judge --table

bench: $(VENV)/.run
	@$(BIN)/rostra models fetch --optional
	$(BIN)/rostra bench render --json build/bench.json

photo: $(VENV)/.run
	$(BIN)/rostra models fetch --photo

# The frameworks bring some 90 packages: only for those who work on the plug-ins.
plugins: $(PLUGINS)/.set
	PYTHONPATH=src $(PLUGINS)/bin/python -m pytest tests/plugins

$(PLUGINS)/.set: locks/plugins.txt
	@echo "Setting up LiveKit Agents and Pipecat ..."
	@$(PYTHON) -m venv $(PLUGINS)
	@$(PLUGINS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

docs: $(VENV)/.dev
	$(BIN)/rostra settings --markdown > docs/settings.md
	$(BIN)/python -m typer rostra.cli.app utils docs --name rostra --title "The command line" --output docs/cli.md

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Run: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rostra needs Python 3.11 or newer. Name one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. Run: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# The package itself is linked, not copied: a changed source needs no new installation.
$(VENV)/.run: locks/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what rostra runs on ..."
	@$(PIP) install --require-hashes -r locks/run.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: locks/dev.txt $(VENV)/.run
	@echo "Installing what the tests and checks need ..."
	@$(PIP) install --require-hashes -r locks/dev.txt
	@touch $@

# The judge looks at finished videos and shares nothing with what makes them, not even numpy.
$(JUDGE)/.set: locks/judge.txt
	@echo "Setting up the judge of videos ..."
	@$(PYTHON) -m venv $(JUDGE)
	@$(JUDGE)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r $<
	@touch $@

# Baking presenters needs Blender's Python module (350 MB): only for those who make or change one.
cast: $(VENV)-cast/.done
	PYTHONPATH=src $(VENV)-cast/bin/python -m casting.bake $(ID)

$(VENV)-cast/.done: locks/casting.txt
	@$(PYTHON) -m venv $(VENV)-cast
	@$(VENV)-cast/bin/python -m pip install --quiet --require-hashes -r locks/casting.txt
	@touch $@

lock: | $(VENV)/bin/python
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv; }
	$(LOCK) -o locks/run.txt
	.venv-lock/bin/uv pip compile locks/casting.in --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--upgrade --quiet -o locks/casting.txt
	$(LOCK) --extra llm --extra postgres --group dev --constraint locks/run.txt -o locks/dev.txt
	.venv-lock/bin/uv pip compile pyproject.toml --extra voices --extra livekit --extra pipecat --group plugins $(PINNED) \
		-o locks/plugins.txt
	.venv-lock/bin/uv pip compile tests/judge/requirements.in --no-deps $(PINNED) -o locks/judge.txt
	.venv-lock/bin/uv pip compile locks/photo.in --no-deps --constraint locks/judge.txt $(PINNED) \
		-o src/rostra/presenters/photo/requirements.txt

PINNED := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --quiet
LOCK   := .venv-lock/bin/uv pip compile pyproject.toml --extra voices --extra align --extra serve --group build $(PINNED)

clean:
	rm -rf build $(WEB) web/node_modules web/*/dist examples/live/node_modules $(VENV) $(JUDGE) $(PLUGINS) .venv-lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
