// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The mails that citizens receive, from the directory in which the demo stores them.

import fs from 'node:fs';
import path from 'node:path';
import { product } from './product.mjs';

// read returns the decoded text of a mail file.
const read = file => Buffer.from(fs.readFileSync(file, 'latin1').replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();

// waitForMail waits up to 60 s for a mail that contains the ticket number and the text. It returns the mail's text and the path of its
// personal link.
export async function waitForMail(number, says) {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    for (const name of fs.readdirSync(product.mails).reverse()) {
      const text = read(path.join(product.mails, name));
      if (!text.includes(number) || !text.includes(says)) continue;
      const [link] = text.match(/\/richieste(\/[\w.-]+)?/);
      return { text, link };
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error(`no mail about ${number} contains «${says}»`);
}
