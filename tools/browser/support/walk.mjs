// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { look, pictures } from './look.mjs';
import { login, visitor } from './visitor.mjs';

const failures = fileURLToPath(new URL('../../../bin/browser', import.meta.url));

// walks are all of them, by name: walks.test.mjs makes tests of them.
export const walks = [];

// walk is a test of what people see. Its steps get {look, anybody, as}: anybody(options) is a visitor, as(role, entity, n,
// options) one who has logged in. When it fails, what each of them saw last is in bin/browser.
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
      if (!pictures) assert.deepEqual(people.flatMap(v => v.wrong), [], 'nothing goes wrong behind their backs'); // taking a picture does: it sets styles
    } catch (err) {
      await keep(name, people);
      throw err;
    } finally {
      await Promise.all(people.map(v => v.context.close()));
    }
  }]);
}

async function keep(name, people) {
  fs.mkdirSync(failures, { recursive: true });
  for (const [n, { page }] of people.entries()) {
    const file = path.join(failures, `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}-${n}.png`);
    await page.screenshot({ path: file, fullPage: true }).catch(() => {}); // the page may be gone: the failure is what counts
  }
}
