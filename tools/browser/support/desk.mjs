// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// What people do at their desks, in the words that stand on the pages.

// choose takes the option of a menu whose words begin so.
export async function choose(menu, words) {
  const labels = await menu.locator('option').allInnerTexts();
  const label = labels.find(l => l.trim().startsWith(words));
  if (!label) throw new Error(`the menu offers ${labels.join(' | ')}, not «${words}»`);
  await menu.selectOption({ label });
}

// fill in «Aggiorna» without sending it: {note, padlock, status, operator, reason, asr, ground}.
export async function fill(page, { note, padlock, status, operator, reason, asr, ground }) {
  if (note) await page.getByLabel('Nota', { exact: true }).fill(note);
  if (padlock) await page.getByText(padlock, { exact: true }).click();
  if (operator) await choose(page.getByLabel('Operatore', { exact: true }), operator);
  if (status) await choose(page.getByLabel('Stato', { exact: true }), status);
  if (reason) await page.getByLabel('Motivo', { exact: true }).fill(reason);
  if (asr) await choose(page.getByLabel('ASR a cui inoltrare'), asr);
  if (ground) await choose(page.getByLabel('Perché la inoltra'), ground);
}

// send presses «Aggiorna» and waits until the ticket's page says that it was done.
export async function send(page) {
  const key = await page.locator('#aggiorna input[name=chiave]').inputValue();
  await page.getByRole('button', { name: 'Aggiorna', exact: true }).click();
  await page.locator(`#aggiorna input[name=chiave][value="${key}"]`).waitFor({ state: 'detached' }); // this page, and no other, was sent
  await page.getByText('La richiesta è stata aggiornata.').waitFor();
}

export async function update(page, what) {
  await fill(page, what);
  await send(page);
}

// status is what stands beside the ticket's number.
export const status = page => page.locator('main .sol-status').first().innerText();
