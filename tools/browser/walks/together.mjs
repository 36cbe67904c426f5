// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Several people at once: nobody overwrites another person's changes, no typed text is lost, and pages show changes live.

import assert from 'node:assert/strict';
import { fill, submitForm, send, status, update } from '../support/ticketpage.mjs';
import { openTicket } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';
import { wire } from '../support/wire.mjs';

// markPage marks the loaded page and returns a function that reports whether the page has not been loaded again since.
async function markPage(page) {
  await page.evaluate(() => { window.sameAsBefore = true; });
  return () => page.evaluate(() => window.sameAsBefore === true);
}

walk('two operators on one ticket: presence, and a conflict that loses no text', async ({ as, look }) => {
  const ticket = await openTicket('010203', { problem: 'altro' });
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

  await fill(bice, { status: 'Risolto (invariato)' }); // she accepts the new status and sends only her note
  await send(bice);
  const text = await bice.getByRole('main').innerText();
  for (const note of ['È già stato risolto ieri.', 'Ho chiamato il laboratorio: richiama domani']) assert.ok(text.includes(note), `«${note}» is there`);
  assert.equal(await status(bice), 'Risolto');
});

walk('the page shows the second of two changes, although the answer to the first comes late', async ({ as }) => {
  const ticket = await openTicket('010908', { problem: 'altro' });
  const here = await as('operatore_asr', '010908'), there = await as('operatore_asr', '010908', 1);
  await here.goto(`/ticket/${ticket.id}`);
  await there.goto(`/ticket/${ticket.id}`);
  await here.evaluate(() => {
    window.told = 0;
    document.addEventListener('sol:ticket', () => { window.told += 1; });
  });
  let release, requests = 0;
  const released = new Promise(resolve => { release = resolve; });
  await here.route(`**/ticket/${ticket.id}`, async route => {
    requests += 1;
    const late = requests === 1, answer = await route.fetch();
    if (late) await released;
    await route.fulfill({ response: answer });
  });
  await update(there, { note: 'La prima novità.' });
  await here.waitForFunction(() => window.told >= 1);
  await update(there, { note: 'La seconda novità.' });
  await here.waitForFunction(() => window.told >= 2);
  await here.evaluate(() => fetch('/code/nuove').then(answer => answer.text())); // a page that asks again at once has its answer by now
  release();
  await here.getByRole('main').getByText('La seconda novità.').waitFor();
  assert.ok(requests >= 2, 'the page asked again');
});

walk('a draft survives a reload', async ({ as, look }) => {
  const ticket = await openTicket('010204');
  const page = await as('operatore_asr', '010204');
  await page.goto(`/ticket/${ticket.id}`);
  await fill(page, { note: 'Una nota a metà', status: 'In attesa di informazioni da utente' });
  await page.locator('#bozza', { hasText: 'Bozza salvata' }).waitFor();
  await page.goto(`/ticket/${ticket.id}`);
  assert.equal(await page.getByLabel('Nota', { exact: true }).inputValue(), 'Una nota a metà');
  await look(page, 'ticket-bozza');
  await submitForm(page, () => page.getByRole('button', { name: 'Elimina la bozza' }).click());
  assert.equal(await page.getByLabel('Nota', { exact: true }).inputValue(), '');
});

// count returns the number that the menu shows for a queue.
const count = (page, queue) => page.locator(`nav [data-count="${queue}"]`).first().innerText().then(Number);

// waitForCount waits until the menu shows the number n for a queue.
const waitForCount = (page, queue, n) => page.locator(`nav [data-count="${queue}"]`, { hasText: new RegExp(`^\\s*${n}\\s*$`) }).first().waitFor();

walk('C3: a change in one browser appears in the other’s counts and list, without a reload', async ({ as }) => {
  const here = await as('operatore_asr', '010212'), there = await as('operatore_asr', '010212', 1);
  await here.goto('/code/nuove');
  const before = await count(here, 'nuove'), same = await markPage(here);
  const ticket = await openTicket('010212', { problem: 'altro' });
  await waitForCount(here, 'nuove', before + 1);
  const row = here.locator(`#riga-${ticket.id}`);
  await row.waitFor();

  const search = here.getByRole('searchbox');
  await search.focus();
  await there.goto(`/ticket/${ticket.id}`);
  await update(there, { note: 'Fatto.', padlock: 'Pubblica', status: 'Risolto' });
  await waitForCount(here, 'nuove', before);
  await row.waitFor({ state: 'detached' });
  assert.ok(await search.evaluate(e => e === document.activeElement), 'the search box keeps the focus');
  assert.ok(await same(), 'the page was not loaded again');
});

walk('C3: after a lost connection the page shows all changes', async ({ as, look }) => {
  const line = await wire();
  try {
    const page = await as('operatore_asr', '010210', 0, { baseURL: line.address, cuts: true });
    await page.goto('/code/nuove');
    const before = await count(page, 'nuove'), same = await markPage(page);
    line.cut();
    await page.locator('#collegamento', { hasText: 'Collegamento interrotto' }).waitFor();
    const [one, two] = [await openTicket('010210', { problem: 'altro' }), await openTicket('010210', { problem: 'altro' })];
    assert.equal(await count(page, 'nuove'), before, 'without a connection the page shows its last numbers and their time');
    await look(page, 'coda-senza-collegamento');
    line.mend();
    await waitForCount(page, 'nuove', before + 2);
    for (const t of [one, two]) await page.locator(`#riga-${t.id}`).waitFor();
    await page.locator('#collegamento').waitFor({ state: 'hidden' });
    assert.ok(await same(), 'the page was not loaded again');
  } finally {
    line.end();
  }
});
