#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Runs golangci-lint in the version that tools/go.mod names. It is built from there once (minutes) and kept outside
# the checkout, so that a clean clone on the same machine finds it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's|^.*golangci/golangci-lint/v2 v\([^ ]*\).*$|\1|p' "$here/go.mod")
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/sol-tools
binary=$cache/golangci-lint-$version

if [[ ! -x $binary ]]; then
	echo "lint: building golangci-lint $version, once; this takes some minutes" >&2
	mkdir -p "$cache"
	# To a name of its own first: a build that is interrupted, or runs twice, leaves nothing half made.
	go build -C "$here" -o "$binary.$$" github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	mv "$binary.$$" "$binary"
fi
cd "$here/.."
exec "$binary" "$@"
