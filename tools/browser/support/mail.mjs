// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Mails: those that citizens receive, from the directory in which the demo stores them, and those that citizens send.

import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { product } from './product.mjs';

// read returns the decoded text of a mail file.
const read = file => Buffer.from(fs.readFileSync(file, 'latin1').replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();

// waitForMail waits up to 60 s for a mail that contains the ticket number and the text. It returns the mail with its fields (text), its plain
// text (words), the path of its personal link, and the addresses that receive answers and reports of failures.
export async function waitForMail(number, says) {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    for (const name of fs.readdirSync(product.mails).reverse()) {
      const text = read(path.join(product.mails, name));
      if (!text.includes(number) || !text.includes(says)) continue;
      const [link] = text.match(/\/richieste(\/[\w.-]+)?/);
      const [, replyTo] = text.match(/^Reply-To: <(.+)>/m), [, returnPath] = text.match(/^Return-Path: <(.+)>/m);
      const [, words] = text.replaceAll('\r', '').match(/^Content-Type: text\/plain.*\n\n([^]*?)\n--/m);
      return { text, words, link, replyTo, returnPath };
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error(`no mail about ${number} contains «${says}»`);
}

// sendMail sends a mail by SMTP, with header fields as lines, and a body. It fails unless the program accepts the mail.
export async function sendMail(to, fields, body, from = 'prova@example.it') {
  const [host, port] = product.mail_listen.split(':');
  const socket = net.connect(Number(port), host).setEncoding('utf8').setTimeout(60_000, () => socket.destroy(new Error('no reply by SMTP')));
  const mail = [`From: Prova Fittizia <${from || 'MAILER-DAEMON@example.it'}>`, `To: ${to}`, ...fields, 'MIME-Version: 1.0', '', ...body.split('\n')];
  const commands = ['EHLO example.it', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', [...mail.map(l => l.replace(/^\./, '..')), '.'].join('\r\n'), 'QUIT'];
  let reply = '';
  for await (const part of socket) {
    reply += part;
    if (!/^\d{3} .*\r\n$/m.test(reply)) continue; // more lines follow
    if (!/^[23]/.test(reply)) throw new Error(`mail to ${to}: ${reply}`);
    if (commands.length > 0) socket.write(`${commands.shift()}\r\n`);
    reply = '';
  }
}
