PYTHON ?= python3
JOBS ?= 3
SEVERAL = --numprocesses $(JOBS) --dist loadfile
BIN := .venv/bin
INSTALLED := .venv/installed
UV = $(BIN)/python requirements/uv.py
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command "make requirements"
DEMO_OPTIONS = $(if $(TRIP),--trip $(TRIP)) $(if $(SUPPLIERS),--suppliers $(SUPPLIERS)) $(if $(TRACES),--traces $(TRACES))

CHAOS_OPTIONS = $(if $(KEEP),--keep) $(foreach name,SEED BOOKINGS FAULTS PACE POISON SHAPE FAST TRIP,$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) $($(name))))

# uv trusts what the system trusts, as pip does.
export UV_SYSTEM_CERTS := true

.DEFAULT_GOAL := help
.PHONY: $(shell grep -oE '^[a-z-]+:' $(firstword $(MAKEFILE_LIST)) | tr -d :)

help: ## List what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: $(INSTALLED) ## Make the virtual environment in .venv, from pinned and hashed requirements

$(INSTALLED): requirements/dev.txt requirements/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Voyage needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once; mostly the fetching of 150 packages)"
	@$(PYTHON) -m venv --clear .venv || { echo "On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Book three trips over a real RabbitMQ and a real Temporal; TRIP=my_trips for one of your own, SUPPLIERS=http for suppliers behind HTTP, TRACES=file for the spans
	@$(BIN)/python -m examples.demo $(DEMO_OPTIONS)

run: setup ## The same, and everything stays up until Ctrl-C
	@$(BIN)/python -m examples.demo --stay $(DEMO_OPTIONS)

test: setup ## Each promise, in three tiers: unit, integration (one real server), acceptance (real processes over both); JOBS=3 at a time; COVERAGE=1 fails below the gate in pyproject.toml
	@$(if $(COVERAGE),$(BIN)/coverage erase; $(BIN)/coverage run -m) $(if $(COVERAGE),pytest,$(BIN)/pytest) -m "not thorough" $(SEVERAL)
	@$(if $(COVERAGE),$(BIN)/coverage combine --quiet && $(BIN)/coverage report)

test-thorough: setup ## What `make test` leaves out, as it takes long: outages, each moment of a kill, rotations, growth; takes JOBS
	@$(BIN)/pytest -m thorough $(SEVERAL)

test-unit: setup ## The tests that need no server
	@$(BIN)/pytest tests/unit

test-integration: setup ## The tests that need one real server
	@$(BIN)/pytest tests/integration

test-acceptance: setup ## The tests that run the real commands over both servers
	@$(BIN)/pytest tests/acceptance

test-clients: setup ## Run the example clients and the official AsyncAPI parser: needs Go, Node, Java, amqp-tools
	@$(BIN)/pytest tests/clients

test-alerts: setup ## Bring about each alert on real servers, fired by a real Prometheus with the shipped rules; needs prometheus
	@$(BIN)/pytest tests/monitoring

test-console: setup ## The console in a real Chromium, by its driver; needs chromium and chromium-driver
	@$(BIN)/pytest tests/browser

test-containers: setup ## Run the composed stack, and the integration tier against containers; needs Docker
	@$(BIN)/pytest tests/containers
	@env -u AMQP_URL -u TEMPORAL_ADDRESS $(BIN)/pytest tests/integration --containers

image: ## Build the image `voyage`, for consumer, worker and the voyage command
	@docker build --tag voyage .

lint: setup ## ruff, mypy and the walls between the rooms
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

schema-check: setup ## That no schema change breaks a client of the released version
	@$(BIN)/python -m tests.documentation.schema_breaks

documents: setup ## The AsyncAPI document and the JSON schemas anew, after a change in the models
	@env -i $(BIN)/voyage asyncapi > docs/asyncapi.json
	@for message in request result cancel status status-answer; do \
	  env -i $(BIN)/voyage schema $$message > docs/schemas/v1/$$message.json; done

format: setup ## Let ruff put the code in order
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: setup ## Measure throughput, latency, CPU and memory beside Temporal's tutorial; OPTIONS="--rounds 9"; WORLD=cluster for clusters
	@$(BIN)/python -m benchmarks throughput $(OPTIONS)

bench-backlog: setup ## Measure the rate while 10,000 requests are drained; OPTIONS="--requests 2000"
	@$(BIN)/python -m benchmarks backlog $(OPTIONS)

bench-against: setup ## Compare CPU per booking with that of COMMIT (default: the first version); takes OPTIONS
	@$(BIN)/python -m benchmarks against $(if $(COMMIT),--commit $(COMMIT)) $(OPTIONS)

bench-client: setup ## Compare the client's calls, async and blocking, with those of COMMIT; takes OPTIONS
	@$(BIN)/python -m benchmarks client $(if $(COMMIT),--commit $(COMMIT)) $(OPTIONS)

bench-peers: setup .venv-peers/installed ## Compare with DBOS, Celery and FastStream; OPTIONS=--failures kills each of them
	@$(BIN)/python -m benchmarks peers $(OPTIONS)

bench-page: setup ## Make the tables and charts of docs/performance.md and docs/peers.md from the last figures
	@$(BIN)/python -m benchmarks page

chaos: setup ## Kill everything while bookings run, then check from outside; SEED=1 BOOKINGS=500 FAULTS=30 PACE=4 POISON=20 FAST=1 TRIP=module:Class; WORLD=cluster for three RabbitMQ nodes and Temporal over PostgreSQL; KEEP=1 adds it to the record
	@$(BIN)/python -m tests.chaos $(CHAOS_OPTIONS)

reliability: setup ## docs/reliability.md anew, from the record of chaos runs
	@$(BIN)/python -m docs.tools.reliability_page

chaos-short: setup ## The same for about two minutes, under three seeds
	@$(BIN)/python -m tests.chaos --seed 1 --seed 2 --seed 3 --bookings 120 --faults 9 --pace 2

soak: setup ## Steady load for MINUTES=10, one restart a minute; what each process holds is drawn and must stay flat
	@$(BIN)/python -m tests.chaos.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

weather: setup ## Do what networks and machines do while bookings run, measure what each costs, check; ROUNDS=3 ONLY=cut SHAPE=one-process
	@$(BIN)/python -m tests.weather $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only "$(ONLY)") $(if $(SHAPE),--shape $(SHAPE))

drill: setup ## Lose RabbitMQ's disk, put Temporal's database back to an earlier time, count what is lost and what comes back; ONLY=temporal
	@$(BIN)/python -m tests.drill $(if $(ONLY),--only "$(ONLY)")

fuzz: setup ## Hunt for inputs that break a rule for MINUTES=10: settings, files, commands, suppliers, messages, also of owners; SEED=1, ONLY=messages
	@$(BIN)/python -m tests.fuzz $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

histories: setup ## Record a booking of every kind of ending, for the replay in the unit tests
	@$(BIN)/python -m tests.histories.record

settings: setup ## Make docs/settings.md anew from the code
	@$(BIN)/python -m docs.tools.settings_page

errors: setup ## Make docs/errors.md anew from the code
	@$(BIN)/python -m docs.tools.errors_page

docs: setup .venv-docs/installed ## The docs site in dist/site; a link that leads nowhere is an error
	@NO_MKDOCS_2_WARNING=1 PYTHONPATH=. .venv-docs/bin/mkdocs build --quiet

pictures: setup ## Take the pictures of the docs anew; needs chromium, chromium-driver and prometheus, and some minutes
	@$(BIN)/python -m docs.tools.pictures
	@$(BIN)/python -m docs.tools.dashboard
	@$(BIN)/python -m docs.tools.console_pictures

release: setup .venv-release/installed ## Wheel, sdist and SBOM in dist/, checked; the wheel is installed and books
	@.venv-release/bin/zizmor --quiet --offline --no-progress --pedantic .github
	@rm -f dist/voyage_bridge-*
	@$(BIN)/hatchling build
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-wheel
	@$(UV) pip install --quiet --python .venv-wheel/bin/python --constraint requirements/dev.txt "$$(echo dist/*.whl)[service]"
	@.venv-release/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type library --output-reproducible \
	  --output-file "$$(echo dist/*.whl | sed s/-py3.*/.cdx.json/)" .venv-wheel/bin/python
	@$(BIN)/pytest tests/release

audit: .venv-release/installed ## Look up known vulnerabilities of everything pinned that users get; asks pypi.org
	@.venv-release/bin/pip-audit --progress-spinner off --strict --require-hashes --disable-pip \
	  --requirement requirements/service.txt

test-pythons: setup ## The unit tests under every other Python that is supported and on this machine
	@$(BIN)/python -m tests.pythons

.venv-%/installed: requirements/%.txt | $(INSTALLED)
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(@D)
	@$(UV) pip install --python $(@D)/bin/python --require-hashes -r $<
	@touch $@

requirements: setup ## Pin the dependencies anew, after a change in pyproject.toml
	@$(COMPILE) --extra dev --extra console --extra otel --group dev --output-file requirements/dev.txt pyproject.toml
	@$(COMPILE) --extra service --extra console --extra otel --constraint requirements/dev.txt --output-file requirements/service.txt pyproject.toml
	@$(COMPILE) --group setup --constraint requirements/dev.txt --output-file requirements/uv.txt
	@$(COMPILE) --group build --constraint requirements/dev.txt --output-file requirements/build.txt
	@$(COMPILE) --group docs --output-file requirements/docs.txt
	@$(COMPILE) --group peers --output-file requirements/peers.txt
	@$(COMPILE) --group release --output-file requirements/release.txt

clean: ## Remove everything that was made here
	@rm -rf .venv .venv-* .coverage* dist tests/node/node_modules examples/clients/node/node_modules examples/clients/java/target .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
