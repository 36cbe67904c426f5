// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The pages as people see them, in Chromium, on the built product. One product and one browser serve all walks; each walk
// has its own tickets and its own people, so that several go at once: much of a walk waits for what is held.

import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { start, stop } from './support/product.mjs';
import { launch, quit } from './support/visitor.mjs';
import { walks } from './support/walk.mjs';

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

describe('pages', { concurrency: 3 }, () => {
  for (const [name, steps] of walks) test(name, { timeout: 300_000 }, steps);
});
