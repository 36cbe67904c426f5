// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Checks of a page in its present state: axe finds no violation of WCAG 2.1 A and AA, and the page is not wider than 320 px. If
// SOL_SCREENSHOTS names a directory, pictures in the sizes of a desktop and a telephone are taken instead.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';

export const pictures = process.env.SOL_SCREENSHOTS;
const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'], preload: false };

// look checks the page, or takes its pictures. name is the first part of the pictures' file names, e.g. ticket-chiede.
export async function look(page, name) {
  const desk = page.viewportSize();
  if (pictures) {
    await picture(page, name, 'desktop', { width: 1280, height: 900 });
    await picture(page, name, 'phone', { width: 360, height: 780 });
    await page.setViewportSize(desk);
    return;
  }
  await accessible(page, name);
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const found = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 1);
    return ['the page', ...found.slice(0, 5).map(e => `<${e.localName} class="${e.className}">`)];
  });
  assert.deepEqual(wide, [], `${name} is wider than 320 px`);
  await page.setViewportSize(desk);
}

async function accessible(page, name) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(options => window.axe.run(document, options), rules);
  const found = violations.flatMap(v => v.nodes.map(n => `${v.id} (${v.help}): ${n.html.slice(0, 200)} ${n.failureSummary}`));
  assert.deepEqual(found, [], `${name} at ${page.url()}`);
}

async function picture(page, name, kind, size) {
  await page.setViewportSize(size);
  fs.mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `${name}-${kind}.png`), fullPage: true, animations: 'disabled' });
}
