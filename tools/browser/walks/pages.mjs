// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The pages that no paragraph of the FAQ describes: their content, and the checks that all pages must pass.

import assert from 'node:assert/strict';
import { update } from '../support/ticketpage.mjs';
import { openTicket } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

walk('public pages', async ({ anybody, look }) => {
  const page = await anybody();
  for (const name of ['documentazione', 'privacy', 'accessibilita']) {
    await page.goto(`/${name}`);
    await look(page, name);
  }
  await page.goto('/non-esiste');
  await page.getByText('Questa pagina non c’è').first().waitFor();
  await look(page, 'errore-404');
  await page.goto('/assistenza/ritiro-documenti');
  await look(page, 'modulo-cittadino');
  await page.getByRole('button', { name: 'Invia la richiesta' }).click();
  await page.locator('#errore').waitFor();
  await look(page, 'modulo-cittadino-rifiutato');
});

walk('an operator selects several tickets of a queue', async ({ as, look }) => {
  const tickets = [await openTicket('010211', { problem: 'altro' }), await openTicket('010211', { problem: 'altro' })];
  const page = await as('operatore_asr', '010211', 1);
  await page.goto('/code/nuove');
  for (const t of tickets) await page.locator(`#riga-${t.id} input[name=scelta]`).check();
  await page.locator('#scelte', { hasText: '2 richieste scelte' }).waitFor();
  await look(page, 'coda-scelte');
});

walk('an operator’s queues, keyboard shortcuts and notifications', async ({ as, look }) => {
  const page = await as('operatore_asr', '010301');
  for (const queue of ['nuove', 'mie', 'in_lavorazione', 'in_attesa', 'inoltrate', 'risolte', 'tutte']) {
    await page.goto(`/code/${queue}`);
    await look(page, `coda-${queue}-operatore`);
  }
  const focus = () => page.evaluate(() => document.activeElement.id);
  await page.getByRole('searchbox').pressSequentially('referto');
  await page.locator('#annunci', { hasText: 'richiest' }).waitFor({ state: 'attached' });
  assert.equal(await focus(), 'q', 'the search box keeps the focus while somebody types');
  await page.getByRole('link', { name: 'Numero', exact: true }).click();
  await page.locator('th[aria-sort] #ordina-numero').waitFor();
  assert.equal(await focus(), 'ordina-numero', 'the column header keeps the focus after ordering');
  await look(page, 'coda-trovate');
  await page.getByRole('searchbox').fill('nessunacorrispondenza');
  await page.getByText('Nessuna richiesta corrisponde').waitFor();
  await look(page, 'coda-vuota');
  await page.evaluate(() => document.activeElement.blur()); // in a field the key types a question mark
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await look(page, 'tasti');
  await page.keyboard.press('Escape');
  await page.goto('/notifiche?tutte=si');
  await look(page, 'notifiche');
});

walk('a supervisor’s dashboard, and the drill-down of a figure', async ({ as, look }) => {
  const page = await as('supervisore_asr', '010203');
  await page.goto('/cruscotto');
  await page.getByRole('heading', { name: 'In questo momento' }).waitFor();
  await look(page, 'cruscotto');
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10); // other walks run at the same time and change today's figures only
  await page.goto(`/cruscotto?al=${yesterday}`);
  const figure = page.locator('.sol-tile a').first();
  const want = Number((await figure.locator('strong').innerText()).replace(/\D/g, ''));
  await figure.click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.match(await page.getByRole('main').innerText(), new RegExp(`\\b${want}\\b`), 'the list has as many rows as the figure');
  await look(page, 'cruscotto-elenco');
  const region = await as('supervisore_regionale', 'regione');
  await region.goto('/cruscotto');
  await region.getByRole('heading', { name: 'In questo momento' }).waitFor();
  const cut = await region.locator('.sol-sheet .sol-scroll').evaluateAll(all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.getAttribute('aria-labelledby')));
  assert.deepEqual(cut, [], 'every table shows all its columns');
  await look(region, 'cruscotto-regione');
});

walk('an auditor finds a ticket, reads its history as other viewers saw it, and downloads its dossier', async ({ as, look }) => {
  const ticket = await openTicket('010203', { problem: 'altro' });
  const operator = await as('operatore_asr', '010203', 1);
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'Solo per noi' });

  const page = await as('auditor');
  await page.goto('/revisione');
  await look(page, 'revisione');
  await page.getByRole('searchbox').fill(ticket.number);
  await page.getByRole('button', { name: 'Trova' }).click();
  await page.getByRole('link', { name: ticket.number }).click();
  await page.getByRole('heading', { name: `Storia della richiesta ${ticket.number}` }).waitFor();
  await page.getByText('Solo per noi').first().waitFor();
  await look(page, 'revisione-storia');
  await page.getByLabel('Passo', { exact: true }).focus();
  await page.keyboard.press('Home');
  await page.locator('#passo-testo', { hasText: 'passo 1 di' }).waitFor();
  await page.locator('.sol-past section').first().getByText('Solo per noi').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'passo', 'the slider keeps the focus');
  await look(page, 'revisione-passo');
  await page.getByRole('link', { name: 'Adesso' }).click();
  await page.getByLabel('Con gli occhi di').selectOption({ label: 'Cittadino' });
  await page.locator('.sol-unseen').first().waitFor();
  await look(page, 'revisione-occhi');

  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Fascicolo da stampare' }).click()]);
  assert.equal(file.suggestedFilename(), `fascicolo-${ticket.number}.html`);
  await page.getByRole('link', { name: 'Chi l’ha letta' }).click();
  await page.getByRole('heading', { name: /Accessi/ }).waitFor();
  await look(page, 'revisione-accessi');
});

walk('an auditor sees a queue, and the dashboard, of a past day', async ({ as, look }) => {
  const page = await as('auditor');
  await page.goto('/revisione/coda');
  await look(page, 'revisione-coda-vuota');
  await page.getByLabel('Ente').selectOption('010301');
  await page.getByLabel('Coda').selectOption({ label: 'Tutte' });
  const day = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Momento').fill(`${day}T12:00:00`);
  await page.getByRole('button', { name: 'Mostra' }).click();
  await page.getByText('Vero alla posizione').waitFor();
  await look(page, 'revisione-coda');
  await page.getByRole('link', { name: 'Cruscotto di quel giorno' }).click();
  await page.getByText('come registrati alla fine del giorno').first().waitFor();
  await look(page, 'cruscotto-passato');
});
