// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { walk } from '../support/walk.mjs';

// choose goes from the login page to the simulated provider and comes back as a person.
async function choose(page, link, person) {
  await page.goto('/accesso');
  await page.getByRole('link', { name: link }).click();
  await page.getByRole('heading', { name: 'Servizio di identità simulato (dimostrazione)' }).waitFor();
  await page.getByRole('button', { name: person }).first().click();
}

walk('FAQ 2.1: login through an identity provider, to the first queue, and logout at both ends', async ({ anybody, look }) => {
  const page = await anybody({ provider: true });
  await page.goto('/accesso');
  await page.getByRole('heading', { name: 'Cittadini' }).waitFor();
  await look(page, 'accesso-fornitori');
  await choose(page, 'Accedi con credenziali RUPAR (dimostrazione)', 'Ortica Simulata');
  await page.waitForURL('**/code/nuove');
  await page.getByText('Operatore ASR, ASL Città di Torino').first().waitFor();
  await look(page, 'prima-coda-fornitore');
  await page.getByRole('button', { name: 'Esci' }).click();
  await page.getByText('È uscito dall’area riservata.').waitFor();
  await page.goto('/code/nuove');
  assert.equal(new URL(page.url()).pathname, '/accesso', 'the session has ended');

  await choose(page, 'Accedi con credenziali RUPAR (dimostrazione)', 'Salvia Simulata'); // has two roles
  await page.getByRole('heading', { name: 'Ruolo e collocazione' }).waitFor();
  await look(page, 'ruolo-fornitore');
  await page.getByRole('button', { name: /Operatore regionale/ }).click();
  await page.waitForURL('**/code/nuove');
});

walk('FAQ 2.2: wrong choices at an identity provider are explained', async ({ anybody, look }) => {
  const page = await anybody({ provider: true });
  await choose(page, 'Accedi con credenziali RUPAR (dimostrazione)', 'Timo Non Abilitato');
  await page.getByText('non risulta abilitato come operatore').waitFor();
  await look(page, 'fornitore-non-abilitato');
  await choose(page, 'Entra con SPID o CIE (dimostrazione)', /SPID di livello 1/);
  await page.getByText('ripeta l’accesso con il livello 2').waitFor();
  await page.getByRole('link', { name: 'compili il modulo di assistenza' }).waitFor();
  await look(page, 'fornitore-livello');
  await page.goto('/accesso/con/spid-demo/ritorno?code=x&state=y');
  await page.getByText('Chiuda tutte le finestre del browser').first().waitFor();
  const citizen = await anybody({ provider: true, javaScriptEnabled: false });
  await choose(citizen, 'Entra con SPID o CIE (dimostrazione)', /SPID di livello 2/);
  await citizen.waitForURL('**/richieste');
});
