#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Tests the pages of bin/sol in Chromium. Installs the npm packages of package-lock.json once.
#
# usage: tools/browser.sh test [PATTERN]             run all walks, or those whose names match PATTERN
#        tools/browser.sh screenshots [DIRECTORY]    save pictures of every page instead of checking it (default: bin/screenshots)
set -euo pipefail
oldest=20 # oldest Node version for playwright-core
newer=22.23.3

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
flags=()
case ${1:-test} in
test) [[ -z ${2:-} ]] || flags=(--test-name-pattern="$2") ;;
screenshots) SOL_SCREENSHOTS=$(mkdir -p "${2:-bin/screenshots}" && cd "${2:-bin/screenshots}" && pwd) && export SOL_SCREENSHOTS ;;
*) sed -n 's/^# usage: /usage: /p; s/^#  \( *tools\)/ \1/p' "$0" >&2 && exit 2 ;;
esac

cd tools/browser
if ! cmp -s package-lock.json node_modules/.package-lock-installed; then
	npm ci --silent --no-audit --no-fund --ignore-scripts
	cp package-lock.json node_modules/.package-lock-installed
fi

# Debian 12's Node is too old for playwright-core. The npm registry has newer ones.
node=node
if (($(node -p 'process.versions.node.split(".")[0]') < oldest)); then
	cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/sol-tools/node-$newer
	case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) echo "browser: install Node $oldest or later" >&2 && exit 1 ;; esac
	node=$cache/node_modules/node-linux-$arch/bin/node
	[[ -x $node ]] || npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$cache" "node-linux-$arch@$newer"
fi
export SOL_PROGRAM=${SOL_PROGRAM:-$root/bin/sol}
exec "$node" --test --test-reporter=spec "${flags[@]}" walks.test.mjs
