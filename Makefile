# Anqi. Every target works on a fresh checkout of a Debian with python3.11, python3-venv and make.
# `make` alone lists the targets. A second run only does what changed: the stamps in .venv are
# named after the hash of what they were made from.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3))
PY := .venv/bin/python
KEY := $(shell cat pyproject.toml constraints.txt | sha256sum | cut -c1-16)
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt
CORE := .venv/.anqi-core-$(KEY)
TESTING := .venv/.anqi-test-$(KEY)
CHECKING := .venv/.anqi-dev-$(KEY)
TRAINING := .venv-train/.anqi-$(KEY)
# Tests with no database in them: once is enough.
NO_DATABASE := tests/vision tests/tools tests/architecture
# Sessions, tokens, addresses, papers, forms and arithmetic: both databases would say the same.
# The access matrix asks PostgreSQL for every page with rows behind it, the service and race tests
# for every change; forms and what pages say of it need no second run.
SAME_ON_BOTH := tests/security/test_crossing.py tests/security/test_statement_counts.py \
	tests/security/test_papers_privacy.py tests/contract/test_bad_input.py tests/demo \
	tests/core/documents/test_papers.py tests/core/test_export_pdf.py \
	tests/core/test_export_xlsx.py tests/core/test_workdays.py tests/core/test_error_pages.py \
	tests/enterprise/test_uscc.py tests/risk/test_geometry.py tests/risk/test_grades.py \
	tests/enterprise/test_duplicate_rules.py tests/atlas/test_pure.py tests/core/test_grams.py \
	tests/core/test_validity.py tests/core/test_masking.py \
	$(wildcard tests/*/test_rules.py tests/*/test_pages.py tests/*/test_*_pages.py tests/*/*/test_*_pages.py)
# Real workers that read real streams: they wait rather than work. `make test-field`.
FIELD := tests/contract/test_worker_and_web.py tests/vision/test_worker.py \
	tests/vision/test_http_sources.py tests/vision/test_faults.py tests/vision/test_metrics.py \
	tests/vision/test_jobs_client.py
# Locks, schema, and who passes whom: these run on PostgreSQL with every `make test`. The rest of
# what has a database in it takes five minutes there and is `make test-postgres`, which CI calls.
IN_ITS_OWN_WAY := tests/core/test_migrations.py \
	$(wildcard tests/*/test_races.py tests/*/test_collisions.py tests/*/test_killed.py)
# Pages need a browser, load takes long: neither belongs to `make test`.
APART := tests/browser tests/load $(FIELD)

PYTEST := $(PY) -m pytest -q -n 3 --dist worksteal
# Skipped where no PostgreSQL starts, which CI does not let pass.
define on_postgres
status=0; $(PYTEST) --database=postgres $(1) $(ARGS) || status=$$?; \
	if [ $$status -eq $(if $(ARGS),5,-1) ]; then echo "none of these is asked for"; \
	elif [ $$status -eq 77 ]; then \
	  echo "== SKIPPED: the tests on PostgreSQL did not run on this machine (the reason stands above)"; \
	  if [ -n "$${CI:-}" ]; then exit 1; fi; \
	else exit $$status; fi
endef

.PHONY: help venv vendor demo smoke test test-postgres test-field check prove bench bench-web agree bench-vision bench-peers detector tracking docs pins catalogue clean

help: ## list the targets
	@echo "make <target>, with:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  %-10s %s\n", $$1, $$2}'

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "no Python found: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11"; exit 1; }
	@echo "making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv || { echo "apt install python3-venv"; exit 1; }

$(CORE): | .venv/bin/python
	@echo "installing the web, the vision worker and the demonstration"
	@$(INSTALL) -e '.[vision,demo]'
	@rm -f .venv/.anqi-core-*; touch $@

$(TESTING): $(CORE)
	@echo "installing what the tests need"
	@$(INSTALL) -e '.[vision,demo,test]'
	@rm -f .venv/.anqi-test-*; touch $@

$(CHECKING): $(TESTING)
	@echo "installing what the checks need"
	@$(INSTALL) -e '.[vision,demo,test,dev]'
	@rm -f .venv/.anqi-dev-*; touch $@

venv: $(CORE) ## virtual environment with web, vision and demonstration at the pinned versions
	@echo "$$($(PY) --version) in .venv, packages as pinned"

vendor: $(CORE) ## front-end files into static/vendor (Node from PyPI where there is none)
	@$(PY) -m tools.vendor

demo: vendor ## everything running on this machine; PORT=, DEMO_CLIP=; Ctrl-C ends it
	@exec $(PY) -m supervision.demo.run

smoke: $(CORE) ## the whole job against a running `make demo`, by HTTP, as each role
	@$(PY) -m supervision.demo.smoke

test: $(TESTING) vendor ## all tests without a browser or a stream on SQLite, those of locks and schema on PostgreSQL too; ARGS= for pytest
	@echo "== tests on SQLite"
	@$(PYTEST) --database=sqlite $(APART:%=--ignore=%) $(ARGS)
	@echo "== tests on PostgreSQL: what the second database does in its own way"
	@$(call on_postgres,$(IN_ITS_OWN_WAY))

test-postgres: $(TESTING) vendor ## the other tests with a database in them, on PostgreSQL; ARGS= for pytest
	@$(call on_postgres,$(APART:%=--ignore=%) $(NO_DATABASE:%=--ignore=%) $(SAME_ON_BOTH:%=--ignore=%) $(IN_ITS_OWN_WAY:%=--ignore=%))

test-field: $(TESTING) vendor ## workers killed, cut off and put right on real streams; ARGS= for pytest
	@$(PYTEST) $(FIELD) $(ARGS)

check: $(CHECKING) ## style, types, templates, translations, packages
	@$(PY) -m tools.check

prove: $(TESTING) vendor ## the promises of bench/promises.toml, promised beside measured; ONLY=group
	@$(PY) -m tools.prove --only "$(ONLY)"

bench: $(TESTING) vendor ## the same measurements without a verdict; ONLY=group
	@$(PY) -m tools.prove --measure --only "$(ONLY)"

bench-web: $(TESTING) ## pages over 100,000 enterprises beside a small roll and Django; ARGS="--samples 50"
	@$(INSTALL) -e '.[bench]'
	@$(PY) -m bench.web_at_scale $(ARGS)

bench-vision: $(TESTING) ## what a camera costs, mode by mode, beside the sum of its parts; ARGS="--modes full"
	@$(PY) -m bench.vision_cost $(ARGS)

# An environment of its own: torch is 5 GB, and nothing of the product may come to need it.
$(TRAINING): $(CORE)
	@echo "installing torch, ultralytics and openvino (5 GB) in .venv-train"
	@test -x .venv-train/bin/python || $(PY) -m venv .venv-train
	@.venv-train/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[vision,train,openvino,bench]'
	@touch $@

agree: $(TRAINING) ## ultralytics, openvino and onnxruntime see the same boxes (installs torch apart)
	@YOLO_AUTOINSTALL=false YOLO_OFFLINE=true .venv-train/bin/python -m bench.backends_agree

bench-peers: $(TRAINING) ## one camera's footage through ours and through ultralytics and OpenCV (installs torch apart)
	@.venv-train/bin/python -m bench.vision_peers $(ARGS)

detector: $(TRAINING) ## COCO precision of the detector, .pt beside .onnx (installs torch apart)
	@YOLO_AUTOINSTALL=false YOLO_OFFLINE=true .venv-train/bin/python -m bench.vision_detector $(ARGS)

# Alone: it asks for the GUI build of OpenCV, which must not come into the environment.
tracking: $(TESTING) ## the trackers by trackeval on synthetic truth at 2, 5 and 10 frames a second
	@$(INSTALL) -e '.[bench]'
	@$(INSTALL) --no-deps 'trackeval==1.3.0'
	@$(PY) -m bench.vision_tracking $(ARGS)

docs: $(CORE) ## docs/workflows/*.md from the transition tables
	@$(PY) -m tools.workflow_docs

catalogue: $(CORE) ## collect new texts for translation, list what is missing
	@$(PY) -m tools.catalogue extract
	@$(PY) -m tools.catalogue missing

pins: $(CHECKING) ## constraints.txt anew from pyproject.toml
	@$(PY) -m tools.pins

clean: ## remove what can be made again (not var/: that is data)
	@rm -rf .venv .venv-* .make static/vendor node_modules build dist *.egg-info
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find supervision/translations -name '*.mo' -delete
	@echo "removed; var/ (database, evidence) is left as it is"
