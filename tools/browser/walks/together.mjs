// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Several people at once: nobody overwrites anybody, nothing that was typed is lost, and everybody's page follows.

import assert from 'node:assert/strict';
import { fill, renewed, send, status, update } from '../support/desk.mjs';
import { opened } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';
import { wire } from '../support/wire.mjs';

// unbroken marks the page as it is, and tells later whether it is still the one that was loaded then.
async function unbroken(page) {
  await page.evaluate(() => { window.sameAsBefore = true; });
  return () => page.evaluate(() => window.sameAsBefore === true);
}

walk('two on one ticket: presence, and a conflict in which nothing is lost', async ({ as, look }) => {
  const ticket = await opened('010203', { problem: 'altro' });
  const anna = await as('operatore_asr', '010203'), bice = await as('operatore_asr', '010203', 1);
  await anna.goto(`/ticket/${ticket.id}`);
  await bice.goto(`/ticket/${ticket.id}`);
  await bice.locator('#presenti', { hasText: 'sta guardando' }).waitFor();

  await fill(bice, { note: 'Ho chiamato il laboratorio', padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });
  await bice.getByLabel('Nota', { exact: true }).pressSequentially(': richiama domani');
  await anna.locator('#presenti', { hasText: 'sta scrivendo' }).waitFor();
  await look(anna, 'ticket-presenza');

  await update(anna, { note: 'È già stato risolto ieri.', padlock: 'Pubblica', status: 'Risolto' });
  await bice.getByText('La richiesta è cambiata mentre scriveva').first().waitFor();
  await look(bice, 'ticket-novita');
  await bice.getByRole('button', { name: 'Aggiorna', exact: true }).click();
  await bice.getByRole('heading', { name: 'Che cosa è cambiato' }).waitFor();
  assert.equal(await bice.getByLabel('Nota', { exact: true }).inputValue(), 'Ho chiamato il laboratorio: richiama domani');
  assert.equal(await bice.evaluate(() => document.activeElement.id), 'errore');
  const differences = await bice.locator('.sol-conflict').innerText();
  assert.match(differences, /Risolto/);
  assert.match(differences, /In attesa di informazioni da utente/);
  await look(bice, 'ticket-conflitto');

  await fill(bice, { status: 'Risolto (invariato)' }); // she sees it, and only tells the citizen
  await send(bice);
  const text = await bice.getByRole('main').innerText();
  for (const note of ['È già stato risolto ieri.', 'Ho chiamato il laboratorio: richiama domani']) assert.ok(text.includes(note), `«${note}» is there`);
  assert.equal(await status(bice), 'Risolto');
});

walk('what was typed survives a reload', async ({ as, look }) => {
  const ticket = await opened('010204');
  const page = await as('operatore_asr', '010204');
  await page.goto(`/ticket/${ticket.id}`);
  await fill(page, { note: 'Una nota a metà', status: 'In attesa di informazioni da utente' });
  await page.locator('#bozza', { hasText: 'Bozza salvata' }).waitFor();
  await page.goto(`/ticket/${ticket.id}`);
  assert.equal(await page.getByLabel('Nota', { exact: true }).inputValue(), 'Una nota a metà');
  await look(page, 'ticket-bozza');
  await renewed(page, () => page.getByRole('button', { name: 'Elimina la bozza' }).click());
  assert.equal(await page.getByLabel('Nota', { exact: true }).inputValue(), '');
});

const count = (page, queue) => page.locator(`nav [data-count="${queue}"]`).first().innerText().then(Number);

// counts waits until a queue's number is what it should be.
const counts = (page, queue, n) => page.locator(`nav [data-count="${queue}"]`, { hasText: new RegExp(`^\\s*${n}\\s*$`) }).first().waitFor();

walk('C3: a change in one browser is seen in the other’s counts and list, without a reload', async ({ as }) => {
  const here = await as('operatore_asr', '010212'), there = await as('operatore_asr', '010212', 1);
  await here.goto('/code/nuove');
  const before = await count(here, 'nuove'), same = await unbroken(here);
  const ticket = await opened('010212', { problem: 'altro' });
  await counts(here, 'nuove', before + 1);
  const row = here.locator(`#riga-${ticket.id}`);
  await row.waitFor();

  const standing = here.getByRole('searchbox');
  await standing.focus();
  await there.goto(`/ticket/${ticket.id}`);
  await update(there, { note: 'Fatto.', padlock: 'Pubblica', status: 'Risolto' });
  await counts(here, 'nuove', before);
  await row.waitFor({ state: 'detached' });
  assert.ok(await standing.evaluate(e => e === document.activeElement), 'nobody is moved from where they stand');
  assert.ok(await same(), 'the page was not loaded again');
});

walk('C3: a stream that was cut off goes on with nothing missed', async ({ as, look }) => {
  const line = await wire();
  try {
    const page = await as('operatore_asr', '010210', 0, { baseURL: line.address, cuts: true });
    await page.goto('/code/nuove');
    const before = await count(page, 'nuove'), same = await unbroken(page);
    line.cut();
    await page.locator('#collegamento', { hasText: 'Collegamento interrotto' }).waitFor();
    const [one, two] = [await opened('010210', { problem: 'altro' }), await opened('010210', { problem: 'altro' })];
    assert.equal(await count(page, 'nuove'), before, 'meanwhile it shows what it knew, and says from when that is');
    await look(page, 'coda-senza-collegamento');
    line.mend();
    await counts(page, 'nuove', before + 2);
    for (const t of [one, two]) await page.locator(`#riga-${t.id}`).waitFor();
    await page.locator('#collegamento').waitFor({ state: 'hidden' });
    assert.ok(await same(), 'the page was not loaded again');
  } finally {
    line.end();
  }
});
