#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Installs the missing programs that `make run` and `make test` need: with apt on Debian and Ubuntu (with sudo if not root). On other
# systems it prints what to install. If nothing is missing, it does nothing and needs no network.
#
# usage: tools/setup.sh run|test
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
purpose=${1:-test}
oldest=15 # oldest PostgreSQL version, as in eventstore/embedpg

fail() {
	printf 'setup: %s\n' "$@" >&2
	exit 1
}

# has_postgres searches the directories that sol searches (eventstore/embedpg).
has_postgres() {
	local dir version dirs=()
	if [[ -n ${SOL_PG_BIN:-} ]]; then
		dirs=("$SOL_PG_BIN")
	else
		IFS=: read -ra dirs <<<"$PATH"
		dirs+=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin)
		dirs+=(/opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin)
	fi
	for dir in "${dirs[@]}"; do
		[[ -x $dir/initdb && -x $dir/postgres ]] || continue
		version=$("$dir/postgres" --version | sed 's/.*(PostgreSQL) \([0-9]*\).*/\1/')
		((version >= oldest)) && return
	done
	return 1
}

as_root() {
	if ((EUID == 0)); then
		"$@"
	elif ! command -v sudo >/dev/null; then
		fail "root is needed to install packages, and there is no sudo; as root: apt-get install ${packages[*]}"
	elif [[ -t 0 ]]; then
		sudo "$@"
	else
		sudo -n "$@" # without a terminal nobody can type a password
	fi
}

# apt_install installs packages. It prevents the package's default database cluster, because sol makes its own, and that the packages start
# services. It does not change an existing cluster or service.
apt_install() {
	local setting=/etc/postgresql-common/createcluster.d/sol-setup.conf policy=/usr/sbin/policy-rc.d
	as_root mkdir -p "${setting%/*}"
	as_root sh -c "echo 'create_main_cluster = false' >$setting"
	if [[ -e $policy ]]; then
		policy=
	else
		as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
	fi
	trap 'as_root rm -f '"$setting $policy" EXIT
	as_root apt-get update -q || echo "setup: the package lists could not be renewed; trying with those at hand" >&2
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
	if command -v systemctl >/dev/null; then # nor at the next boot of the machine
		if [[ " ${packages[*]} " == *" pgbouncer "* ]]; then
			as_root systemctl disable pgbouncer >/dev/null 2>&1 || true
		fi
		if [[ " ${packages[*]} " == *" clamav-daemon "* ]]; then
			as_root systemctl disable clamav-daemon.service clamav-daemon.socket clamav-freshclam >/dev/null 2>&1 || true
		fi
	fi
}

command -v go >/dev/null ||
	fail "Go is missing: install $(sed -n 's/^go /version /p' go.mod) or later from https://go.dev/dl/ and put its bin directory on PATH"
go env GOVERSION >/dev/null || fail "this Go is too old for go.mod; get a newer one from https://go.dev/dl/"

packages=()
if [[ $purpose == test || -z ${SOL_DATABASE_URL:-} ]] && ! has_postgres; then
	packages+=(postgresql)
fi
if [[ $purpose == test ]] && ! command -v "$(go env CC)" >/dev/null; then
	packages+=(gcc libc6-dev) # for the race detector
fi
if [[ $purpose == test ]] && ! command -v pgbouncer /usr/sbin/pgbouncer >/dev/null; then
	packages+=(pgbouncer) # the tests start it themselves
fi
if [[ $purpose == test ]] && ! command -v clamd /usr/sbin/clamd >/dev/null; then
	packages+=(clamav-daemon) # the tests start it themselves, with signatures of their own
fi
if [[ $purpose == test ]] && ! command -v ps >/dev/null; then
	packages+=(procps)
fi
if [[ $purpose == test ]]; then # tools/browser.sh tests the pages in a browser, preferably a headless one
	command -v openssl >/dev/null || packages+=(openssl) # certificates of the browser walks
	if [[ -z ${SOL_CHROMIUM:-} ]] && ! command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null; then
		apt-cache show chromium-headless-shell >/dev/null 2>&1 && packages+=(chromium-headless-shell) || packages+=(chromium)
	fi
	command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
fi
((${#packages[@]})) || exit 0

command -v apt-get >/dev/null ||
	fail "missing: ${packages[*]} (names as on Debian)" \
		"install a PostgreSQL server, version $oldest or later, with its programs (Fedora: postgresql-server, macOS: brew install postgresql)" \
		"for the tests also a C compiler, Chromium and Node; or name the server's programs in SOL_PG_BIN, or a running database in SOL_DATABASE_URL"
echo "setup: installing ${packages[*]}" >&2
apt_install
has_postgres || [[ -n ${SOL_DATABASE_URL:-} ]] ||
	fail "this system's PostgreSQL is older than $oldest: take a newer one from https://wiki.postgresql.org/wiki/Apt"
