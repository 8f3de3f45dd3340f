# Everything that a newcomer, CI or an operator types. `make help` lists it.

SHELL := /bin/bash
PACKAGES := libssl-dev libsqlite3-dev libutf8proc-dev zlib1g-dev python3-venv
FUNCTIONS := Authenticator Lister Downloader
VENV := .build/venv
MOTO := $(VENV)/bin/moto_server
RELEASE := swift build -c release --static-swift-stdlib -Xlinker -s -Xlinker --no-export-dynamic

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-edit demo-clean test lint check-source build-lambda check-lambda invoke-all benchmark-lister clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## Install the system packages that are missing
	@.ci/setup $(PACKAGES)

build: setup ## Build everything for debugging
	swift build

demo: setup ## Mirror a sample vault from a built-in provider into ./demo
	swift build --product obsync
	@.build/debug/obsync demo --dest demo

demo-edit: setup ## The same after some edits at the source: only what changed is fetched
	swift build --product obsync
	@.build/debug/obsync demo --dest demo --edit

demo-benchmark-lister: ## Compare a million entries with a million records; CPU against a plain C scan, and memory
	swift build -c release --product ListerBenchmark
	@for count in 100000 1000000; do .build/release/ListerBenchmark $$count || exit 1; done

clean: ## Remove ./demo
	rm -rf demo

$(MOTO): .ci/requirements.txt
	@echo "Making a Python environment for moto, the AWS emulator of the tests"
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r .ci/requirements.txt
	@touch $(MOTO)

test: setup $(MOTO) ## Unit tests, then the whole pipeline over sockets against moto
	swift build --build-tests --explicit-target-dependency-import-check error
	@.ci/with-moto $(VENV)/bin/python swift test --skip-build --parallel

lint: ## Check the format of all sources
	swift format lint --strict --recursive Package.swift Sources Tests

check-source: ## Check file sizes and imports
	@.ci/check-source

build-lambda: setup ## Build the three functions for AWS Lambda, linked with the standard library, stripped
	for function in $(FUNCTIONS); do $(RELEASE) --product $$function || exit 1; done

check-lambda: build-lambda ## Check that the functions load on Amazon Linux 2023, and what they link
	@.ci/check-lambda $(FUNCTIONS)

invoke-all: build ## Hand every event of events/ to its function; without AWS each answers with a clear error
	@.ci/invoke-all

benchmark-lister: ## Compare a million entries with a million records; CPU against a plain C scan, and memory
	swift build -c release --product ListerBenchmark
	@for count in 100000 1000000; do .build/release/ListerBenchmark $$count || exit 1; done

clean: ## Remove all build products and the demo
	rm -rf .build build demo
