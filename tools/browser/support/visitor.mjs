// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// People at their browsers: Debian's Chromium with a fresh profile for each. Whatever goes wrong behind their backs fails
// the walk that they are on: an error in the console, a request to another host, a file that is missing.

import { chromium } from 'playwright-core';
import { product, who } from './product.mjs';

const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const left = 'net::ERR_ABORTED'; // the page was

let browser;

export async function launch(exists) {
  const executablePath = process.env.SOL_CHROMIUM || places.find(exists);
  if (!executablePath) throw new Error('there is no Chromium: tools/setup.sh test, or name one in SOL_CHROMIUM');
  browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid() !== 0, // for root it has none
    args: ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic', '--disable-gpu'],
  });
}

export const quit = () => browser?.close();

// visitor is somebody with a browser of their own: {page, context, wrong}. wrong collects what must not happen.
// With options.cuts the walk cuts the line, and what is not loaded then is no surprise.
export async function visitor(options = {}) {
  const address = options.baseURL ?? product.address;
  const context = await browser.newContext({
    baseURL: product.address, locale: 'it-IT', timezoneId: 'Europe/Rome', viewport: { width: 1280, height: 900 }, serviceWorkers: 'block', ...options,
  });
  context.setDefaultTimeout(30_000);
  const wrong = [];
  context.on('request', r => {
    const to = new URL(r.url());
    if (to.protocol.startsWith('http') && to.origin !== address) wrong.push(`a request goes to ${to.origin}`);
  });
  context.on('requestfailed', r => {
    const why = r.failure()?.errorText;
    if (why !== left && !options.cuts) wrong.push(`${r.url()}: ${why}`);
  });
  context.on('response', r => {
    const asked = r.request(), shown = asked.isNavigationRequest() || asked.resourceType() === 'xhr' || asked.headers()['hx-request'];
    if (r.status() >= 500 || r.status() >= 400 && !shown) wrong.push(`${asked.method()} ${r.url()} answers ${r.status()}`);
  });
  context.on('console', m => {
    // Chromium itself writes this line for every answer from 400 on. They are judged above: a refusal that a person is shown is an
    // answer; what a page asks for behind their backs is never refused.
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) wrong.push(`console: ${m.text()}`);
  });
  context.on('weberror', e => wrong.push(`script: ${e.error().stack}`));
  return { context, page: await context.newPage(), wrong };
}

// login is FAQ 2.1, as somebody in a role at an entity; the n-th of them.
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
