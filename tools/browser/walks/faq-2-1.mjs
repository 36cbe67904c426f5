// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { product } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const fill = async (page, { username, password, pin }) => {
  await page.getByLabel('Nome utente').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('PIN').fill(pin);
  await page.getByRole('button', { name: 'Accedi' }).click();
};

walk('FAQ 2.1: login with the credentials, choice of role and placement', async ({ anybody, look }) => {
  const page = await anybody();
  await page.goto('/');
  for (const box of ['Accesso riservato', 'Assistenza', 'Documentazione']) await page.getByRole('heading', { name: box, exact: true }).waitFor();
  await look(page, 'inizio');
  await page.getByRole('main').getByRole('link', { name: 'Accedi' }).click();
  await look(page, 'accesso');

  const twice = product.identities.find((one, n, all) => all.some((other, m) => m !== n && other.username === one.username));
  await fill(page, twice);
  await page.getByRole('heading', { name: 'Ruolo e collocazione' }).waitFor();
  await look(page, 'ruolo');
  await page.getByRole('button', { name: /^Supervisore ASR/ }).click();
  await page.getByRole('heading', { name: 'Nuove', level: 1 }).waitFor();
  assert.match(await page.getByRole('banner').innerText(), /Supervisore ASR/);
  await page.getByRole('link', { name: 'Cambia ruolo' }).click();
  await page.getByRole('button', { name: /^Operatore ASR/ }).click();
  assert.match(await page.getByRole('banner').innerText(), /Operatore ASR/);
  await page.getByRole('button', { name: 'Esci' }).click();
  await page.getByText('È uscito').waitFor();
});

walk('FAQ 2.2: the error message after a failed login', async ({ anybody, look }) => {
  const page = await anybody();
  await page.goto('/code/nuove');
  await page.getByRole('heading', { name: 'Accesso riservato' }).waitFor();
  await fill(page, { username: 'nessuno', password: 'niente', pin: '0' });
  const message = page.getByRole('alert');
  await message.waitFor();
  assert.match(await message.innerText(), /Chiuda tutte le finestre del browser/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'errore', 'the error message has the focus');
  assert.equal(await page.getByLabel('Nome utente').inputValue(), 'nessuno');
  await look(page, 'accesso-rifiutato');
});
