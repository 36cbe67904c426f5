// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// A look at a page in the state that a walk has brought it to: no violation of WCAG 2.1 A and AA that axe finds, nothing to
// scroll sideways for at 320 px, and, when SOL_SCREENSHOTS names a directory, pictures for a desk and for a telephone.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';

export const pictures = process.env.SOL_SCREENSHOTS;
const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'], preload: false };

// look judges the page; the name is that of its pictures: faq-2-4-chiesta.
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
