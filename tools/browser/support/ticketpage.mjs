// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Actions of operators on the page of a ticket. Arguments are the Italian texts of the page.

// choose selects the option of a menu whose label begins with the text.
export async function choose(menu, words) {
  const labels = await menu.locator('option').allInnerTexts();
  const label = labels.find(l => l.trim().startsWith(words));
  if (!label) throw new Error(`the menu offers ${labels.join(' | ')}, not «${words}»`);
  await menu.selectOption({ label });
}

// fill fills in the form «Aggiorna» without sending it: {note, padlock, status, operator, reason, asr, ground}.
export async function fill(page, { note, padlock, status, operator, reason, asr, ground }) {
  if (note) await page.getByLabel('Nota', { exact: true }).fill(note);
  if (padlock) await page.getByText(padlock, { exact: true }).click();
  if (operator) await choose(page.getByLabel('Operatore', { exact: true }), operator);
  if (status) await choose(page.getByLabel('Stato', { exact: true }), status);
  if (reason) await page.getByLabel('Motivo', { exact: true }).fill(reason);
  if (asr) await choose(page.getByLabel('ASR a cui inoltrare'), asr);
  if (ground) await choose(page.getByLabel('Perché la inoltra'), ground);
}

// send presses «Aggiorna» and waits until the ticket's page confirms the update.
export async function send(page) {
  await submitForm(page, () => page.getByRole('button', { name: 'Aggiorna', exact: true }).click());
  await page.getByText('La richiesta è stata aggiornata.').waitFor();
}

// update fills in «Aggiorna» and sends it.
export async function update(page, what) {
  await fill(page, what);
  await send(page);
}

// status returns the status that the page shows beside the ticket's number.
export const status = page => page.locator('main .sol-status').first().innerText();

// check returns the fieldset in which the check with this question is answered.
export const check = (page, question) => page.locator('.sol-checks fieldset').filter({ hasText: question }).first();

// answer answers the check with this question: yes or no, with evidence by the labels of its fields.
export async function answer(page, question, yes, evidence = {}) {
  const form = check(page, question);
  for (const [label, value] of Object.entries(evidence)) {
    const field = form.getByLabel(label).first();
    if (value === true) await field.check();
    else if (await field.evaluate(e => e.localName) === 'select') await field.selectOption(value);
    else await field.fill(value);
  }
  await form.getByText(yes ? 'Sì' : 'No', { exact: true }).click();
  await submitForm(page, () => form.getByRole('button', { name: 'Rispondi' }).click());
}

// carryOut carries out the proposed outcome.
export const carryOut = page => submitForm(page, () => page.getByRole('button', { name: 'Esegui l’esito' }).click());

// submitForm calls act, which sends the ticket's form, and waits for the new page: each page has another idempotency key.
export async function submitForm(page, act) {
  const key = await page.locator('#aggiorna input[name=chiave]').inputValue();
  await act();
  await page.locator(`#aggiorna input[name=chiave][value="${key}"]`).waitFor({ state: 'detached' });
}
