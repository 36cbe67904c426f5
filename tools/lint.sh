#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Runs golangci-lint in the version of tools/go.mod. The first run builds it, which takes minutes. The binary is stored outside the
# checkout, so that other clones on the machine use it too.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's|^.*golangci/golangci-lint/v2 v\([^ ]*\).*$|\1|p' "$here/go.mod")
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/sol-tools
binary=$cache/golangci-lint-$version

if [[ ! -x $binary ]]; then
	echo "lint: building golangci-lint $version, once; this takes some minutes" >&2
	mkdir -p "$cache"
	# Build under a temporary name, so that an interrupted or concurrent build leaves no incomplete binary.
	go build -C "$here" -o "$binary.$$" github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	mv "$binary.$$" "$binary"
fi
cd "$here/.."
exec "$binary" "$@"
