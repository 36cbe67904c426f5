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
  await renewed(page, () => page.getByRole('button', { name: 'Aggiorna', exact: true }).click());
  await page.getByText('La richiesta è stata aggiornata.').waitFor();
}

export async function update(page, what) {
  await fill(page, what);
  await send(page);
}

// status is what stands beside the ticket's number.
export const status = page => page.locator('main .sol-status').first().innerText();

// check is the part of the page where a check of the playbook is answered.
export const check = (page, question) => page.locator('.sol-checks fieldset').filter({ hasText: question }).first();

// answer one, as it is asked now: yes or no, with evidence by its labels.
export async function answer(page, question, yes, evidence = {}) {
  const form = check(page, question);
  for (const [label, value] of Object.entries(evidence)) {
    const field = form.getByLabel(label).first();
    if (value === true) await field.check();
    else if (await field.evaluate(e => e.localName) === 'select') await field.selectOption(value);
    else await field.fill(value);
  }
  await form.getByText(yes ? 'Sì' : 'No', { exact: true }).click();
  await renewed(page, () => form.getByRole('button', { name: 'Rispondi' }).click());
}

// carryOut lets the proposed outcome happen.
export const carryOut = page => renewed(page, () => page.getByRole('button', { name: 'Esegui l’esito' }).click());

// renewed does something that sends the ticket's form, and waits for the page that answers.
export async function renewed(page, act) {
  const key = await page.locator('#aggiorna input[name=chiave]').inputValue();
  await act();
  await page.locator(`#aggiorna input[name=chiave][value="${key}"]`).waitFor({ state: 'detached' });
}
