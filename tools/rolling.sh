#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Builds the release before from the history and runs the test of a rolling upgrade. RELEASE names the release; the default is the last one
# in cmd/sol/testdata/releases/previous.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
release=${RELEASE:-$(cat cmd/sol/testdata/releases/previous)}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
git archive "$release" | tar -x -C "$dir"
(cd "$dir" && go build -o "$dir/sol" ./cmd/sol)
SOL_PREVIOUS_PROGRAM=$dir/sol go test -tags rolling -timeout 20m -count 1 -run '^TestRollingUpgrade$' ./cmd/sol
