// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Tests of the pages in Chromium, on the built program. One program and one browser serve all walks. Each walk has its own tickets and
// people, so several run at once: a walk spends much of its time waiting for notes that are held.

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
