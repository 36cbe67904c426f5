#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Copies third-party files of the pages into the repository: the parts of bootstrap-italia and htmx that the pages use, in the versions
# below, with their licences. The files are committed, so building sol needs no Node. Run the script after a change of a version.
set -euo pipefail
italia=2.18.3
htmx=4.0.1

static=$(cd "$(dirname "${BASH_SOURCE[0]}")/../handlers/web/ui/static" && pwd)
from=$(mktemp -d)
trap 'rm -rf "$from"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$from" "bootstrap-italia@$italia" "htmx.org@$htmx"
cd "$from/node_modules"

copy() { # FILE... DIRECTORY; files get mode 644
	install -m 644 -D -t "${@: -1}" "${@:1:$#-1}"
}
copy bootstrap-italia/dist/css/bootstrap-italia.min.css bootstrap-italia/dist/svg/sprites.svg bootstrap-italia/LICENSE "$static/italia"
for weight in regular italic 600 700; do
	copy "bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-$weight.woff2" "$static/italia/fonts"
done
copy bootstrap-italia/dist/fonts/Titillium_Web/OFL.txt "$static/italia/fonts"
copy htmx.org/dist/htmx.min.js htmx.org/dist/ext/hx-sse.min.js htmx.org/LICENSE "$static/htmx"
