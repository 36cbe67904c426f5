#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
# SPDX-License-Identifier: EUPL-1.2

# Writes what the program consists of: bin/sol.cdx.json, a CycloneDX bill of the Go modules that are linked into it, and bin/sol-licences.txt,
# their licence notices. cyclonedx-gomod is pinned in tools/sbom/go.mod.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p bin
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
go build -C tools/sbom -o "$tool/cyclonedx-gomod" github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
"$tool/cyclonedx-gomod" app -json -licenses -packages=false -std -main cmd/sol -output bin/sol.cdx.json .
go run ./cmd/licences >bin/sol-licences.txt
echo "bin/sol.cdx.json: $(grep -c '"type": "library"' bin/sol.cdx.json) modules; bin/sol-licences.txt: $(wc -c <bin/sol-licences.txt) bytes"
