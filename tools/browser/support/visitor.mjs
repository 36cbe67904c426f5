// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Visitors: Chromium with a new profile for each person. A walk fails if a page causes an error in the console, a request to another host
// or a request that fails.

import { chromium } from 'playwright-core';
import { product, who } from './product.mjs';

const executables = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const aborted = 'net::ERR_ABORTED'; // the browser has left the page

let browser;

export async function launch(exists) {
  const executablePath = process.env.SOL_CHROMIUM || executables.find(exists);
  if (!executablePath) throw new Error('there is no Chromium: tools/setup.sh test, or name one in SOL_CHROMIUM');
  browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid() !== 0, // Chromium has no sandbox for root
    args: ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic', '--disable-gpu'],
  });
}

export const quit = () => browser?.close();

// visitor opens a browser context for one person and returns {page, context, wrong}. wrong collects the errors that fail the walk.
// options.cuts means that the walk cuts the connection; failed requests are then no errors. options.provider means that the visitor goes to
// the simulated identity provider, at another port of this machine.
export async function visitor({ provider, ...options } = {}) {
  const address = options.baseURL ?? product.address;
  const context = await browser.newContext({
    baseURL: product.address, locale: 'it-IT', timezoneId: 'Europe/Rome', viewport: { width: 1280, height: 900 }, serviceWorkers: 'block', ...options,
  });
  context.setDefaultTimeout(30_000);
  const wrong = [];
  context.on('request', r => {
    const to = new URL(r.url());
    if (to.protocol.startsWith('http') && to.origin !== address && !(provider && ['127.0.0.1', 'localhost'].includes(to.hostname))) wrong.push(`a request goes to ${to.origin}`);
  });
  context.on('requestfailed', r => {
    const why = r.failure()?.errorText;
    if (why !== aborted && !options.cuts) wrong.push(`${r.url()}: ${why}`);
  });
  context.on('response', r => {
    const asked = r.request(), shown = asked.isNavigationRequest() || asked.resourceType() === 'xhr' || asked.headers()['hx-request'];
    if (r.status() >= 500 || r.status() >= 400 && !shown) wrong.push(`${asked.method()} ${r.url()} answers ${r.status()}`);
  });
  context.on('console', m => {
    // Chromium writes this line for each status from 400 on. The handler above checks statuses: a page that shows a refusal is a valid
    // answer; requests that a page makes by itself must never be refused.
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) wrong.push(`console: ${m.text()}`);
  });
  context.on('weberror', e => wrong.push(`script: ${e.error().stack}`));
  return { context, page: await context.newPage(), wrong };
}

// login logs in as the n-th identity with a role at an entity (FAQ 2.1), and returns the identity.
export async function login(page, role, entity, n) {
  const one = who(role, entity, n);
  await page.goto('/accesso');
  await page.getByLabel('Nome utente').fill(one.username);
  await page.getByLabel('Password').fill(one.password);
  await page.getByLabel('PIN').fill(one.pin);
  await page.getByRole('button', { name: 'Accedi' }).click();
  await page.getByRole('button', { name: 'Esci' }).waitFor();
  return one;
}
