// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations

import (
	"context"
	"io/fs"
)

// UpFiles applies migrations of other files, as Up does.
func UpFiles(ctx context.Context, url string, files fs.FS) error { return up(ctx, url, files) }

// Files returns the migrations.
func Files() fs.FS { return files }

// RightsQuery is rightsQuery.
const RightsQuery = rightsQuery
