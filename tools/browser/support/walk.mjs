// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { look, pictures } from './look.mjs';
import { logTail } from './product.mjs';
import { login, visitor } from './visitor.mjs';

const failures = fileURLToPath(new URL('../../../bin/browser', import.meta.url));

// walks lists all walks as [name, function]; walks.test.mjs runs each as a test.
export const walks = [];

// walk defines a test of the pages. Its steps get {look, anybody, as}: anybody(options) opens a page for a new visitor, as(role, entity, n,
// options) one for a visitor who is logged in. After a failure, bin/browser contains a picture of each visitor's last page.
export function walk(name, steps) {
  walks.push([name, async () => {
    const people = [];
    const anybody = async options => {
      const v = await visitor(options);
      people.push(v);
      return v.page;
    };
    const as = async (role, entity, n, options) => {
      const page = await anybody(options);
      await login(page, role, entity, n);
      return page;
    };
    try {
      await steps({ anybody, as, look });
      if (!pictures) assert.deepEqual(people.flatMap(v => v.wrong), [], 'pages cause no errors'); // taking pictures sets styles, which causes some
    } catch (err) {
      await keep(name, people);
      throw err;
    } finally {
      await Promise.all(people.map(v => v.context.close()));
    }
  }]);
}

// keep saves a picture of each visitor's page, and prints its text and the end of the program's log: a failure that is seen once in many
// runs must say what it saw.
async function keep(name, people) {
  fs.mkdirSync(failures, { recursive: true });
  for (const [n, { page }] of people.entries()) {
    const file = path.join(failures, `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}-${n}.png`);
    await page.screenshot({ path: file, fullPage: true }).catch(() => {}); // the page may be closed already; the walk's own error is thrown
    const text = await page.locator('main').innerText().catch(() => 'closed'); // as above
    console.error(`${name}, visitor ${n}, ${page.url()}:\n${text}`);
  }
  console.error(`the program's log:\n${logTail()}`);
}
