# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

SHELL := /bin/bash
export PATH := $(PATH):/usr/local/go/bin

TESTFLAGS ?=
TEST_TIMEOUT ?= 20m

.PHONY: run test check build setup bench fmt browser screenshots

run: ## start the product with demo data; Ctrl-C stops it
	@tools/setup.sh run
	@$(MAKE) --no-print-directory build
	@exec bin/sol demo

test: ## everything that CI checks
	@tools/setup.sh test
	@$(MAKE) --no-print-directory check build
	go test -race -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...
	tools/browser.sh test

check: ## formatting, vet and lint alone
	@unformatted=$$(gofmt -l .) && { [ -z "$$unformatted" ] || { echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; }; }
	go vet ./...
	tools/lint.sh run

build:
	go build -o bin/sol ./cmd/sol

browser: build ## the pages walked in Chromium alone; WALK='FAQ 2.6' for some of them
	@tools/setup.sh test
	tools/browser.sh test $(if $(WALK),'$(WALK)')

screenshots: build ## every page and state at desktop and telephone width, into bin/screenshots
	@tools/setup.sh test
	tools/browser.sh screenshots

bench: build ## appends beside pgbench, on an idle machine
	bin/sol bench append --json

fmt:
	tools/lint.sh fmt

setup: ## get what building, running and testing need
	@tools/setup.sh test
