#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Runs a command with its temporary files, the databases of tests among them, in memory, and removes them afterwards. Each test makes and
# drops databases of some 700 files, which cost six times as much on a disk. A machine with less than 8 GB of free memory uses its disk.
#
# usage: tools/inmemory.sh COMMAND [ARGUMENT…]
set -euo pipefail
least=$((8 * 1024 * 1024)) # kB

free=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null || echo 0)
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }' || echo 0)
if [[ -n ${TMPDIR:-} || ${free:-0} -lt $least || ${room:-0} -lt $least ]]; then
	exec "$@"
fi
export GOTMPDIR=${GOTMPDIR:-/tmp} # what go builds stays on the disk
TMPDIR=$(mktemp -d /dev/shm/sol-test-XXXXXX)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
chmod 755 "$TMPDIR" # the user of the Postgres servers must pass through it
"$@"
