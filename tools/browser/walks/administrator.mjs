// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The administrator's pages: people and their roles, reference data, sagas and their simulation. They show no tickets.

import assert from 'node:assert/strict';
import { walk } from '../support/walk.mjs';

const title = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

walk('the administrator sees reference data and sagas, and no ticket', async ({ as, look }) => {
  const page = await as('amministratore');
  await title(page, 'Amministrazione');
  await look(page, 'amministrazione');
  for (const name of ['Enti', 'Servizi e problemi', 'Procedure di verifica', 'Calendari', 'Automatismi', 'Elaborazioni', 'Messaggi in uscita']) {
    await page.getByRole('navigation', { name: 'Amministrazione' }).getByRole('link', { name, exact: true }).click();
    await title(page, name);
    await look(page, `amministrazione-${name.toLowerCase().replaceAll(' ', '-')}`);
  }
  await page.getByRole('navigation', { name: 'Amministrazione' }).getByRole('link', { name: 'Procedure di verifica' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Referto non trovato' }).first().click();
  await page.getByText('FAQ 2.8').first().waitFor();
  await look(page, 'amministrazione-procedura');
  await page.goto('/code/tutte');
  await page.locator('#errore', { hasText: 'Pagina di un altro ruolo' }).waitFor();
});

walk('a new person gets a role, logs in, loses the role and the account', async ({ as, anybody, look }) => {
  const page = await as('amministratore');
  await page.goto('/amministrazione/persone');
  await look(page, 'amministrazione-persone');
  await page.getByRole('link', { name: 'Nuova persona' }).click();
  await title(page, 'Nuova persona');
  const username = `nuova.fittizia.${Date.now() % 1e6}`;
  await page.getByLabel('Nome utente').fill(username);
  await page.getByLabel('Nome', { exact: true }).fill('Nuova');
  await page.getByLabel('Cognome').fill('Fittizia');
  await page.getByLabel('Ruolo').selectOption('operatore_asr');
  await page.getByLabel('Ente', { exact: true }).selectOption('010206');
  await look(page, 'amministrazione-persona-nuova');
  await page.getByRole('button', { name: 'Crea la persona' }).click();
  await title(page, 'Nuova Fittizia');
  const [password, pin] = await page.locator('.sol-facts code').allInnerTexts();
  await look(page, 'amministrazione-persona');
  await page.goto('/amministrazione/persone');
  await page.getByLabel('Nome', { exact: true }).fill('Nuova Fittizia');
  await page.getByRole('button', { name: 'Cerca' }).click();
  await page.getByRole('listitem').filter({ hasText: username }).getByRole('link').click();
  await title(page, 'Nuova Fittizia');
  assert.ok(!(await page.content()).includes(password), 'secrets are shown once');

  const one = await anybody();
  const enter = async (secret, number) => {
    await one.goto('/accesso');
    await one.getByLabel('Nome utente').fill(username);
    await one.getByLabel('Password').fill(secret);
    await one.getByLabel('PIN').fill(number);
    await one.getByRole('button', { name: 'Accedi' }).click();
  };
  await enter(password, pin);
  await title(one, 'Cambi password e PIN');
  const [own, ownPIN] = ['un giardino di limoni', '97531'];
  await one.getByLabel('Password attuale').fill(password);
  await one.getByLabel('PIN attuale').fill(pin);
  await one.getByLabel('Nuova password', { exact: true }).fill(own);
  await one.getByLabel('Nuova password, di nuovo').fill(own);
  await one.getByLabel('Nuovo PIN').fill(ownPIN);
  await one.getByRole('button', { name: 'Cambia password e PIN' }).click();
  await title(one, 'Nuove');
  assert.match(await one.locator('.sol-who').innerText(), /Operatore ASR, ASL VC/);

  const ending = page.getByRole('button', { name: 'Termina il ruolo: Operatore ASR, ASL VC' });
  assert.ok(!await ending.isVisible(), 'a role is not ended by one click');
  await page.getByText('Termina: Operatore ASR, ASL VC').click();
  await page.getByText('restano senza operatore').waitFor();
  await look(page, 'amministrazione-persona-termina');
  await ending.click();
  await page.getByText('Il ruolo è terminato').waitFor();
  await page.getByLabel('Confermo la disattivazione').check();
  await page.getByRole('button', { name: 'Disattiva' }).click();
  await page.getByText('La persona non può più accedere').waitFor();
  await enter(own, ownPIN);
  await one.getByText('Accesso non riuscito').waitFor();
});

walk('the administrator simulates other settings on past tickets', async ({ as, look }) => {
  const page = await as('amministratore');
  await page.goto('/amministrazione/automatismi');
  await page.getByRole('link', { name: /Simula altre impostazioni.*Chiusura automatica/ }).click();
  await page.getByLabel('Giorni di calendario').fill('1');
  await page.getByRole('button', { name: 'Simula' }).click();
  await page.getByRole('heading', { name: 'Che cosa sarebbe successo' }).waitFor();
  assert.match(await page.locator('.sol-result').innerText(), /Esaminate \d+ richieste/);
  await look(page, 'amministrazione-simulazione');
  await page.getByLabel('Giorni di calendario').fill('domani');
  await page.getByRole('button', { name: 'Simula' }).click();
  await page.locator('#errore').waitFor();
  assert.equal(await page.getByLabel('Giorni di calendario').inputValue(), 'domani', 'what was typed is still there');
  await look(page, 'amministrazione-simulazione-rifiutata');
});
