// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The program under test: `sol demo`, started once, with its own data directory, which is removed afterwards. It closes the tickets of the
// demo's data that were resolved more than a day ago. While you write walks, SOL_DEMO can name the demo.json of a running demo, which must
// have SOL_HOLD=8s and SOL_AUTO_CLOSE_AFTER=24h.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, writeProviders } from './identities.mjs';

const startTimeout = 600_000; // ms; making the demo's data takes long on a busy machine

export const product = { address: '', identities: [], hold: 8000 };

let child, dir, log;

export async function start() {
  if (process.env.SOL_DEMO) return void Object.assign(product, JSON.parse(fs.readFileSync(process.env.SOL_DEMO)));
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sol-browser-'));
  fs.chmodSync(dir, 0o711); // the user of the Postgres server needs access to directories in it
  log = path.join(dir, 'log');
  const out = fs.openSync(log, 'w');
  const port = await freePort(), address = `http://localhost:${port}`; // browsers make security keys for a name, not for 127.0.0.1
  child = spawn(process.env.SOL_PROGRAM, ['demo', '--tickets', '200', '--months', '2'], {
    env: { ...process.env, SOL_DATA_DIR: path.join(dir, 'data'), SOL_DATABASE_URL: '', SOL_ADDR: `127.0.0.1:${port}`, SOL_PUBLIC_URL: address, SOL_IDENTITY_PROVIDERS: await writeProviders(path.join(dir, 'identita')), SOL_HOLD: `${product.hold}ms`, SOL_AUTO_CLOSE_AFTER: '24h' },
    stdio: ['ignore', out, out],
  });
  fs.closeSync(out);
  process.on('exit', () => child.kill('SIGTERM')); // also after a test's timeout
  let ended;
  child.on('exit', code => { ended = `sol ended with ${code}`; });
  child.on('error', err => { ended = `sol does not start: ${err.message}; make build`; });
  const file = path.join(dir, 'data', 'demo.json');
  const until = Date.now() + startTimeout;
  while (!fs.existsSync(file)) {
    if (ended || Date.now() > until) throw new Error(`${ended ?? 'the demo did not start in time'}\n${logTail()}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  Object.assign(product, JSON.parse(fs.readFileSync(file)), { address });
}

export async function stop() {
  if (!child) return;
  const gone = new Promise(resolve => child.once('exit', resolve));
  if (child.exitCode === null && child.kill('SIGTERM')) await gone;
  fs.rmSync(dir, { recursive: true, force: true });
}

// logTail returns the last 40 lines of the program's log; nothing if SOL_DEMO names a demo that runs elsewhere.
export const logTail = () => (log ? fs.readFileSync(log, 'utf8').split('\n').slice(-40).join('\n') : '');

// who returns the n-th demo identity, from 0, with a role at an entity.
export function who(role, entity = '', n = 0) {
  const found = product.identities.filter(i => i.role === role && i.entity === entity)[n];
  if (!found) throw new Error(`the demo has no ${role} ${n} at «${entity}»`);
  return found;
}

// call makes a request to the API and returns the decoded answer. Walks prepare their tickets with it.
async function call(method, route, body, token) {
  const answer = await fetch(`${product.address}/api/v1/${route}`, {
    method, body: body && JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
  });
  if (!answer.ok) throw new Error(`${method} ${route} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

// readAs returns the answer to a read of the API by an identity.
export async function readAs(identity, route) {
  const { token } = await call('POST', 'sessions', { username: identity.username, password: identity.password, pin: identity.pin });
  return call('GET', route, undefined, token);
}

let people = 0;

// newTaxCode returns a new tax code. The demo's connected systems get the given facts and evidence about it; by default none.
export async function newTaxCode(knows = { facts: {} }) {
  const code = `STP${String(Date.now() % 1e9 * 1e4 + ++people).padStart(13, '0')}`;
  const answer = await fetch(`${product.systems}/_people/${code}`, { method: 'PUT', body: JSON.stringify(knows) });
  if (!answer.ok) throw new Error(`the simulator answers ${answer.status}: ${await answer.text()}`);
  return code;
}

// openTicket opens a ticket at an entity and returns {id, number}. It belongs to a citizen without an account, or to the identity `as`, who asks
// for themselves.
export async function openTicket(entity, { as, ...form } = {}) {
  const token = as && (await call('POST', 'sessions', { username: as.username, password: as.password, pin: as.pin })).token;
  return call('POST', 'tickets', {
    service: 'ritiro-documenti', problem: 'referto-non-trovato', entity, description: 'Non trovo il referto del prelievo del 3 novembre.',
    ...form,
    requester: { given_name: 'Prova', family_name: 'Fittizia', tax_code: form.requester?.tax_code ?? as?.tax_code ?? await newTaxCode(), email: 'prova@example.it', phone: '+39 011 0000000', ...form.requester },
  }, token);
}
