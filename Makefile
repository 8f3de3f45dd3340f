# Everything that a newcomer, CI or an operator types. `make help` lists it.

SHELL := /bin/bash
FUNCTIONS := Authenticator Lister Downloader
VENV := .build/venv
MOTO := $(VENV)/bin/moto_server
INFRA_TOOLS := $(VENV)/bin/sam
SAM := $(VENV)/bin/sam
SAM_CONFIG := $(CURDIR)/samconfig.toml
BUILD_TESTS := swift build --build-tests --explicit-target-dependency-import-check error
RELEASE := OBSYNC_COMMIT="$$(git describe --always --dirty 2>/dev/null)" swift build -c release --static-swift-stdlib -Xlinker -s -Xlinker --no-export-dynamic
# What `make install` installs, and where.
PREFIX ?= /usr/local
DESTDIR ?=
INSTALLED := bin/obsync share/bash-completion/completions/obsync share/zsh/site-functions/_obsync share/fish/vendor_completions.d/obsync.fish
# A folder of finished functions, such as a release's `aws`: `make deploy ZIPS=FOLDER` builds nothing.
ZIPS ?=
VERSION := $(shell sed -n 's/.*static let version = "\(.*\)"/\1/p' Sources/obsync/BuildInfo.swift)

.DEFAULT_GOAL := help
.PHONY: help setup build settings completions man demo demo-edit demo-clean test reliability lint check-source check-docs check-statemachine invoke-all benchmark \
	benchmark-lister clean build-lambda check-lambda test-lambda clean-lambda infra-tools infra-check deploy start destroy samconfig check-report \
	build-obsync release install uninstall requirements

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## Install the system packages that are missing
	@.ci/setup

build: setup ## Build everything for debugging
	swift build

demo: setup ## Mirror a sample vault from a built-in provider into ./demo
	swift build --product obsync
	@.build/debug/obsync demo --dest demo

demo-edit: setup ## The same after some edits at the source: only what changed is fetched
	swift build --product obsync
	@.build/debug/obsync demo --dest demo --edit

demo-clean: ## Remove the demos' folders
	rm -rf demo demo-gopro

$(MOTO): .ci/requirements.txt
	@echo "Making a Python environment for moto, the AWS emulator of the tests"
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/requirements.txt
	@touch $(MOTO)

test: setup $(MOTO) ## Unit tests, then the whole pipeline over sockets against moto
	$(BUILD_TESTS)
	@.ci/test .ci/with-moto $(VENV)/bin/python

reliability: setup ## Inject every fault, and run SEEDS (10,000) simulations; SEED=n replays one
	$(BUILD_TESTS)
	@.ci/reliability $(or $(SEEDS),10000) $(SEED)

lint: ## Check the format of all sources
	swift format lint --strict --recursive Package.swift Sources Tests

check-source: ## Check sizes, imports, documentation and links
	@.ci/check-source
	@.ci/check-functions Sources
	@.ci/check-documentation $(filter-out Sources/Test%,$(wildcard Sources/*))
	@.ci/check-links $(shell git ls-files '*.md')

check-docs: setup ## Make the documentation of all modules, with warnings as errors
	swift build
	@.ci/check-docs $(filter-out C% Test% obsync Authenticator Lister Downloader,$(notdir $(wildcard Sources/*))) Checksums Clocks

check-statemachine: $(MOTO) ## Check the state machine as CloudFormation would, with cfn-lint
	@.ci/check-statemachine $(VENV)/bin/cfn-lint

settings: setup ## Write docs/settings.md from the list in the code
	swift build --product obsync
	.build/debug/obsync settings --markdown > docs/settings.md

completions: setup ## Write completions for bash, zsh and fish into build/completions
	swift build --product obsync
	mkdir -p build/completions
	for shell in bash zsh fish; do \
		.build/debug/obsync --generate-completion-script $$shell > build/completions/obsync.$$shell || exit 1; \
	done

man: setup ## Write manual pages into build/man
	mkdir -p build/man
	swift package --disable-sandbox --allow-writing-to-package-directory plugin generate-manual --multi-page
	cp .build/plugins/GenerateManual/outputs/obsync/*.1 build/man/

# Only what glibc's own packages bring is left to the machine: SQLite, zlib and the C++ library are linked in.
build-obsync: setup ## Build obsync for release into build/obsync; it needs nothing but glibc 2.34 or newer
	@mkdir -p .build/static build
	@for library in libsqlite3.a libz.a libstdc++.a; do ln -sf "$$(gcc --print-file-name=$$library)" .build/static/$$library; done
	$(RELEASE) --product obsync -Xlinker -L$(CURDIR)/.build/static
	@infra/packaging/check-linkage "$$($(RELEASE) --show-bin-path)/obsync" c m gcc_s
	cp "$$($(RELEASE) --show-bin-path)/obsync" build/obsync

release: build-obsync build-lambda man completions ## Pack obsync, the functions and the template into build/obsync-<version>-linux-<machine>.tar.gz
	infra/packaging/release $(VERSION) "$$($(RELEASE) --show-bin-path)" build

install: build-obsync man completions ## Install obsync, its manual pages and completions below PREFIX (/usr/local)
	install -D -m 755 build/obsync $(DESTDIR)$(PREFIX)/bin/obsync
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 build/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -D -m 644 build/completions/obsync.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/obsync
	install -D -m 644 build/completions/obsync.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_obsync
	install -D -m 644 build/completions/obsync.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/obsync.fish

uninstall: ## Remove what `make install` installed; mirrors, records and credentials stay
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(INSTALLED)) $(DESTDIR)$(PREFIX)/share/man/man1/obsync.1 $(DESTDIR)$(PREFIX)/share/man/man1/obsync.*.1

build-lambda: setup ## Build the three functions for AWS Lambda into build/<function>.zip
	for function in $(FUNCTIONS); do $(RELEASE) --product $$function || exit 1; done
	@infra/packaging/package-lambda "$$($(RELEASE) --show-bin-path)" $(FUNCTIONS)

# What `sam build` calls, once for each function of the template.
build-%Function:
	$(RELEASE) --product $*
	.ci/check-lambda $*
	cp "$$($(RELEASE) --show-bin-path)/$*" "$(ARTIFACTS_DIR)/bootstrap"

check-lambda: build-lambda ## Check that the functions load on Amazon Linux 2023, and what they link
	@.ci/check-lambda $(FUNCTIONS)

test-lambda: check-lambda ## Hand every event of events/ to the release builds
	$(RELEASE) --product obsync
	@.ci/invoke-all "$$($(RELEASE) --show-bin-path)"

clean-lambda: ## Remove the release builds and their packages
	rm -rf build "$$($(RELEASE) --show-bin-path)" .build/sam

$(INFRA_TOOLS): .ci/infra-requirements.txt | $(MOTO)
	@echo "Installing the AWS SAM CLI, cfn-lint and parliament into $(VENV)"
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/infra-requirements.txt
	@touch $(INFRA_TOOLS)

requirements: ## Fix the versions and hashes of Python's packages anew, from .ci/*.in
	python3 -m venv .build/pip-tools
	.build/pip-tools/bin/pip install --quiet --disable-pip-version-check pip-tools
	cd .ci && for file in infra-requirements requirements; do \
		$(CURDIR)/.build/pip-tools/bin/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-header --no-annotate \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file $$file.txt $$file.in || exit 1; \
	done

infra-tools: setup $(MOTO) $(INFRA_TOOLS) ## Install what deploying and checking the infrastructure needs

infra-check: infra-tools ## Lint the template, deploy it on moto, and run executions through what is deployed
	$(BUILD_TESTS)
	@.ci/with-moto $(VENV)/bin/python $(VENV)/bin/python -m pytest --quiet -p no:cacheprovider infra/tests

samconfig:
	@test -f $(SAM_CONFIG) || { echo "There is no samconfig.toml yet: run .build/debug/obsync init" >&2; exit 1; }

deploy: samconfig $(if $(ZIPS),$(INFRA_TOOLS),infra-tools) ## Build the functions and deploy everything to AWS, as samconfig.toml says; ZIPS=FOLDER takes finished ones
	@$(VENV)/bin/python infra/packaging/what-comes $(SAM_CONFIG) infra/template.yaml
ifeq ($(ZIPS),)
	$(SAM) build --config-file $(SAM_CONFIG) --template infra/template.yaml --build-dir .build/sam --build-in-source
else
	@mkdir -p .build/sam
	infra/packaging/prebuilt-template infra/template.yaml $(abspath $(ZIPS)) $(CURDIR)/statemachine/vault-sync.asl.json > .build/sam/template.yaml
endif
	$(SAM) deploy --config-file $(SAM_CONFIG) --template-file .build/sam/template.yaml

start: samconfig ## Start a run of what is deployed and follow it; START='--complete' for another than a usual one
	@swift build --product obsync
	@.build/debug/obsync start --follow $(START)

destroy: samconfig infra-tools ## Remove the deployment; the bucket, the table and the secret stay
	@swift build --product obsync
	@$(VENV)/bin/python infra/packaging/what-stays $(SAM_CONFIG)
	@.build/debug/obsync cost
	$(SAM) delete --config-file $(SAM_CONFIG)

check-report: setup ## Look at reports in Debian's headless Chromium; screenshots go to build/reports
	swift build --product obsync
	@.ci/check-report .build/debug/obsync build/reports

invoke-all: build ## Hand every event of events/ to its function over the built-in provider and a folder; one run by hand
	@.ci/invoke-local .build/debug

benchmark: setup $(MOTO) ## Measure memory, CPU and throughput of the downloader (see Benchmarks/README.md)
	for product in obsync $(FUNCTIONS); do $(RELEASE) --product $$product || exit 1; done
	Benchmarks/run

benchmark-lister: ## Compare a million entries with a million records; CPU against a plain C scan, and memory
	$(RELEASE) --product ListerBenchmark
	@for part in diff spool reads; do \
		for count in 100000 1000000; do .build/release/ListerBenchmark $$count $$part || exit 1; done; \
	done

clean: ## Remove all build products and the demo
	rm -rf .build build demo demo-gopro
