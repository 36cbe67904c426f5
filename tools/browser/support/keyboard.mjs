// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// A person without a mouse: these functions only press keys, and use only elements that have the focus and show it.

import assert from 'node:assert/strict';

// focused returns the label of the element with the focus, its element name, and whether the focus is visible.
const focused = page => page.evaluate(() => {
  const e = document.activeElement;
  const words = [e.getAttribute('aria-label'), ...[...e.labels ?? []].map(l => l.innerText), e.labels?.length ? '' : e.innerText].filter(Boolean).join(' ').trim();
  const seen = [e, ...[...e.labels ?? []].flatMap(l => [l, ...l.querySelectorAll('*')])].some(n => {
    const style = getComputedStyle(n);
    return style.outlineStyle !== 'none' && style.outlineWidth !== '0px' || style.boxShadow !== 'none';
  });
  return { words, seen, kind: e.localName };
});

// tabTo presses Tab until an element whose label begins with the text has the focus. It fails if the focus is not visible.
export async function tabTo(page, words) {
  const passed = [];
  for (let n = 0; n < 120; n++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (now.words.startsWith(words)) {
      assert.ok(now.seen, `the focus on «${now.words}» is not visible`);
      return;
    }
    passed.push(now.words || now.kind);
  }
  assert.fail(`Tab does not lead to «${words}», but to ${passed.join(' | ')}`);
}

// pick selects an option of the menu with the focus by typing the beginning of its label.
export async function pick(page, words) {
  await page.keyboard.type(words);
  const chosen = await page.evaluate(() => document.activeElement.selectedOptions[0].label);
  assert.ok(chosen.startsWith(words), `typing «${words}» chooses «${chosen}»`);
}
