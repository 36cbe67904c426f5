# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

SHELL := /bin/bash
export PATH := $(PATH):/usr/local/go/bin

TESTFLAGS ?=
TEST_TIMEOUT ?= 20m
FUZZTIME ?= 20s
ROUNDS ?= 200
CHECKS ?= 1000

# Packages tested at the same time: two for each processor, because many tests wait for what takes its time by design.
PACKAGES ?= $(shell echo $$(( 2 * $$(getconf _NPROCESSORS_ONLN) )))
# Packages whose tests do one thing after another. The race detector finds nothing there and makes them up to fifteen times slower.
SEQUENTIAL := ./domain/... ./handlers/app/mailtext/... ./handlers/routestest

.PHONY: help run test test-long check build setup bench chaos fmt fuzz browser screenshots rolling sbom

run: ## build, and run the service with demo data; Ctrl-C stops it
	@tools/setup.sh run
	@$(MAKE) --no-print-directory build
	@exec bin/sol demo

test: ## everything that CI checks
	@tools/setup.sh test
	@$(MAKE) --no-print-directory check build
	tools/inmemory.sh go test -race -p $(PACKAGES) -vet=off -timeout $(TEST_TIMEOUT) $(TESTFLAGS) $$(go list ./... | grep -vxF "$$(go list $(SEQUENTIAL))")
	tools/inmemory.sh go test -vet=off -timeout $(TEST_TIMEOUT) $(TESTFLAGS) $(SEQUENTIAL)
	tools/inmemory.sh go test -vet=off -timeout $(TEST_TIMEOUT) $(TESTFLAGS) -tags policyoff -run TestDatabaseAlone ./handlers/routestest
	tools/inmemory.sh tools/browser.sh test

test-long: ## the property tests with CHECKS random examples each, where make test takes a hundred; the rights of every route in every status
	go test -count 1 -timeout 3h -run TableOfRights ./handlers/routestest -args -every-status
	go test -count 1 -timeout 3h -tags policyoff -run TestDatabaseAlone ./handlers/routestest -args -every-status
	go test -count 1 -timeout 3h $$(grep -rl --include='*_test.go' pgregory.net/rapid . | xargs -n 1 dirname | sort -u) -args -rapid.checks=$(CHECKS)

check: ## formatting and lint; the linter runs vet too
	@unformatted=$$(gofmt -l .) && { [ -z "$$unformatted" ] || { echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; }; }
	tools/lint.sh run --allow-serial-runners

build: ## build bin/sol
	go build -o bin/sol ./cmd/sol

sbom: ## write the bill of materials and the licence notices of the Go modules to bin
	tools/sbom.sh

browser: build ## test the pages in Chromium; WALK='FAQ 2.6' selects tests by name
	@tools/setup.sh test
	tools/inmemory.sh tools/browser.sh test $(if $(WALK),'$(WALK)')

screenshots: build ## save pictures of every page and state in bin/screenshots
	@tools/setup.sh test
	tools/browser.sh screenshots

rolling: ## run nodes of the release before beside new ones; needs the git history
	tools/rolling.sh

bench: build ## measure appends and compare them with pgbench; needs an idle machine
	bin/sol bench append --json

chaos: build ## damage an installation ROUNDS times and check what is stored; 200 rounds take about an hour
	go test -race -timeout $(TEST_TIMEOUT) -count 1 -run TestTicketsAreLinearizable ./handlers/api -args -histories 50 -operations 40
	bin/sol chaos --rounds $(ROUNDS)

fuzz: ## run every fuzz target for FUZZTIME, after its seeds
	@grep -rEo --include='*_test.go' '^func Fuzz\w+' * | while IFS=: read -r file target; do \
		echo "$$file: $${target#func }"; \
		go test -run '^$$' -fuzz "^$${target#func }$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" || exit 1; \
	done

fmt: ## format the Go code
	tools/lint.sh fmt

setup: ## install what build, run and test need
	@tools/setup.sh test

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14
