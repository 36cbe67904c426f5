// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The pages as people see them, in Chromium, on the built product. One product and one browser serve all walks; each walk
// has its own tickets and its own people.

import fs from 'node:fs';
import { after, before } from 'node:test';
import { start, stop } from './support/product.mjs';
import { launch, quit } from './support/visitor.mjs';

before(async () => {
  await start();
  await launch(fs.existsSync);
});

after(async () => {
  await quit();
  await stop();
});

for (const file of fs.readdirSync(new URL('walks', import.meta.url)).sort()) {
  await import(`./walks/${file}`);
}
