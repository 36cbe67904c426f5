// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Somebody without a mouse: only keys are pressed, and only what has the focus, and shows it, is used.

import assert from 'node:assert/strict';

// focused is what has the focus: its words, its kind, and whether one sees that it has it.
const focused = page => page.evaluate(() => {
  const e = document.activeElement;
  const words = [e.getAttribute('aria-label'), ...[...e.labels ?? []].map(l => l.innerText), e.labels?.length ? '' : e.innerText].filter(Boolean).join(' ').trim();
  const seen = [e, ...[...e.labels ?? []].flatMap(l => [l, ...l.querySelectorAll('*')])].some(n => {
    const style = getComputedStyle(n);
    return style.outlineStyle !== 'none' && style.outlineWidth !== '0px' || style.boxShadow !== 'none';
  });
  return { words, seen, kind: e.localName };
});

// tabTo goes on with Tab until something whose words begin so has the focus.
export async function tabTo(page, words) {
  const passed = [];
  for (let n = 0; n < 120; n++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (now.words.startsWith(words)) {
      assert.ok(now.seen, `one does not see that «${now.words}» has the focus`);
      return;
    }
    passed.push(now.words || now.kind);
  }
  assert.fail(`Tab does not lead to «${words}», but to ${passed.join(' | ')}`);
}

// pick types the beginning of an option into the menu that has the focus.
export async function pick(page, words) {
  await page.keyboard.type(words);
  const chosen = await page.evaluate(() => document.activeElement.selectedOptions[0].label);
  assert.ok(chosen.startsWith(words), `typing «${words}» chooses «${chosen}»`);
}
