// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { choose } from '../support/ticketpage.mjs';
import { walk } from '../support/walk.mjs';

walk('FAQ 2.2: the operators’ own form', async ({ anybody, as, look }) => {
  const page = await anybody();
  await page.goto('/');
  await page.getByRole('link', { name: 'Compila il modulo' }).click();
  await look(page, 'assistenza');
  await page.getByRole('link', { name: 'Servizio on line assistenza' }).click();
  await look(page, 'modulo-operatori');

  await page.getByRole('button', { name: 'INVIA' }).click(); // all fields are required, and each shows it
  await page.locator('#errore').waitFor();
  for (const field of ['Nome', 'Cognome', 'Codice fiscale', 'Email', 'Recapito telefonico', 'ASR di competenza', 'Tipologia', 'Descrizione della richiesta']) {
    const wrong = page.getByLabel(`* ${field}`, { exact: true });
    assert.equal(await wrong.getAttribute('aria-invalid'), 'true', `${field} is required`);
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), 'errore');
  await look(page, 'modulo-operatori-rifiutato');

  await page.getByLabel('* Nome', { exact: true }).fill('Prova');
  await page.getByLabel('* Cognome', { exact: true }).fill('Fittizia');
  await page.getByLabel('* Codice fiscale').fill('rssmra85t10a562s');
  await page.getByLabel('* Email').fill('prova@example.it');
  await page.getByLabel('* Recapito telefonico').fill('+39 011 0000000');
  await choose(page.getByLabel('* ASR di competenza'), 'ASL TO3');
  await choose(page.getByLabel('* Tipologia'), 'Accesso al sistema');
  await page.getByLabel('* Descrizione della richiesta').fill('Il PIN non viene accettato.');
  await page.getByLabel('Allegato', { exact: true }).setInputFiles({ name: 'errore.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
  await page.getByRole('button', { name: 'INVIA' }).click();
  await page.getByRole('heading', { name: 'Richiesta inviata' }).waitFor();
  const [number] = (await page.getByRole('main').innerText()).match(/\d{4}-\d{7}/);
  await look(page, 'inviata');

  // The Region handles these tickets, whichever ASR the form names.
  const region = await as('operatore_regionale', 'regione');
  await region.goto('/code/nuove');
  await region.getByRole('searchbox').fill(number);
  await region.getByRole('link', { name: number }).click();
  const text = await region.getByRole('main').innerText();
  for (const part of ['Servizio on line assistenza', 'Accesso al sistema', 'ASL TO3', 'RSSMRA85T10A562S', 'Il PIN non viene accettato.', 'errore.pdf']) assert.ok(text.includes(part), `the Region reads ${part}`);
});

walk('FAQ 2.2: the citizen’s form, without script', async ({ anybody, as }) => {
  const page = await anybody({ javaScriptEnabled: false });
  await page.goto('/assistenza');
  await page.getByRole('link', { name: 'Non trovo il mio referto' }).click();
  await page.getByLabel('Per sé').check();
  await page.getByLabel('Codice fiscale', { exact: true }).fill('RSSMRA85T10A562T'); // wrong check character
  await page.getByLabel('Nome', { exact: true }).fill('Prova');
  await page.getByLabel('Cognome', { exact: true }).fill('Fittizia');
  await page.getByLabel('E-mail', { exact: true }).fill('prova@example.it');
  await page.getByLabel('Telefono', { exact: true }).fill('011 0000000');
  await choose(page.getByLabel('Azienda sanitaria', { exact: true }), 'ASL VC');
  await page.getByLabel('Che cosa è successo', { exact: true }).fill('Non trovo il referto del prelievo.');
  await page.getByRole('button', { name: 'Invia la richiesta' }).click();
  const message = await page.locator('#errore').innerText();
  assert.match(message, /codice fiscale/i);
  assert.equal(await page.getByLabel('Che cosa è successo', { exact: true }).inputValue(), 'Non trovo il referto del prelievo.', 'what was typed is still there');
  await page.getByLabel('Codice fiscale', { exact: true }).fill('RSSMRA85T10A562S');
  await page.getByRole('button', { name: 'Invia la richiesta' }).click();
  await page.getByRole('heading', { name: 'Richiesta inviata' }).waitFor();
  const [number] = (await page.getByRole('main').innerText()).match(/\d{4}-\d{7}/);

  const operator = await as('operatore_asr', '010206', 0, { javaScriptEnabled: false });
  await operator.getByRole('searchbox').fill(number);
  await operator.getByRole('button', { name: 'Filtra' }).click();
  await operator.getByRole('link', { name: number }).click();
  await operator.getByText('Non trovo il referto del prelievo.').waitFor();
});
