# The commands of a checkout. All set-up is in scripts/bootstrap.sh, which does nothing when everything is there.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

NODE := .cache/bin/node

# What `make run NAME=value` sets. Only the command line counts: HOST, PORT or PROFILE may be in anyone's environment for
# other reasons. The value goes on as it was typed, `$` included (an RTSP password may have one).
pass = $(if $(filter command line,$(origin $(1))),$(eval export $(2) := $$(value $(1))))
$(call pass,SOURCES,TOUCHLINE_SOURCES)
$(call pass,PROFILE,TOUCHLINE_PROFILE)
$(call pass,HOST,TOUCHLINE_HOST)
$(call pass,PORT,TOUCHLINE_PORT)
$(call pass,RECORDINGS,TOUCHLINE_RECORDINGS_DIR)
$(call pass,T,TEST_PATTERN)
unexport SOURCES PROFILE HOST PORT RECORDINGS T

.PHONY: help run stop test build setup clean doctor bench drill docs clip

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## set up, build and start the daemon here; SOURCES=a,b PROFILE= HOST= PORT= RECORDINGS=
	@exec scripts/run.sh

stop: ## end the daemon that runs from this checkout, finalising its recordings
	@exec scripts/stop.sh

test: ## set up, build and run the tests; T=part-of-a-path runs some, SHORT=1 what ten minutes hold
	@bash scripts/bootstrap.sh test
	@exec $(NODE) scripts/run-tests.mjs $(if $(filter command line,$(origin SHORT)),--short) "$$TEST_PATTERN"

build: ## set up and compile everything
	@bash scripts/bootstrap.sh build

setup: ## install system packages, Node and npm packages
	@bash scripts/bootstrap.sh setup

doctor: build ## what is missing on this machine, and the command that fixes it
	@exec $(NODE) build/src/cli/touchline.js doctor

bench: build ## measure what docs/benchmarks.md shows, and write it
	@exec $(NODE) build/scripts/bench/main.js

drill: build ## break things on purpose while recording, and see what is left (needs root)
	@set -e; for drill in scripts/drills/*.sh; do echo "== $$drill"; "$$drill"; done

docs: build ## write the documents that are made from code (schemas, tables)
	@exec $(NODE) build/scripts/generate-docs.js

clip: ## fetch real footage for `make run SOURCES=...`
	@exec scripts/fetch-clip.sh

clean: ## remove what was built and installed here; recordings stay
	@rm -rf build node_modules .cache .tap
