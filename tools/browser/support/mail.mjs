// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The mails that a citizen gets.

import fs from 'node:fs';
import path from 'node:path';
import { product } from './product.mjs';

// read is a mail's text, as a person reads it.
const read = file => Buffer.from(fs.readFileSync(file, 'latin1').replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();

// mailed waits for a mail about a ticket that says something, and gives its text and the path of its personal link.
export async function mailed(number, says) {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    for (const name of fs.readdirSync(product.mails).reverse()) {
      const text = read(path.join(product.mails, name));
      if (!text.includes(number) || !text.includes(says)) continue;
      const [link] = text.match(/\/richieste(\/[\w.-]+)?/);
      return { text, link };
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error(`no mail about ${number} says «${says}»`);
}
