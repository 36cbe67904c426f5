// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { certificate, portalProxy } from '../support/identities.mjs';
import { product, who } from '../support/product.mjs';
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

walk('FAQ 2.1: who comes from the portal is logged in: a citizen, and an operator once two administrators have confirmed the roles', async ({ as, anybody, look }) => {
  const citizen = await anybody({ baseURL: await portalProxy(product.address, { taxCode: 'MRTMTT25D09F205Z', name: 'MATTEO', surname: 'INVENTATO', idp: 'SPID' }) });
  await citizen.goto('/richieste');
  assert.equal(new URL(citizen.url()).pathname, '/richieste');
  await citizen.getByText('MATTEO INVENTATO').first().waitFor();
  await look(citizen, 'portale-cittadino');

  const baseURL = await portalProxy(product.address, { taxCode: 'RSSMRA85T10A562S', name: 'ROSA', surname: 'INVENTATA', idp: 'IPA', groups: 'altro;sol-torino' });
  const operator = await anybody({ baseURL });
  await operator.goto('/code/nuove');
  await operator.getByText('non risulta abilitato come operatore').waitFor();
  await look(operator, 'portale-non-abilitato');
  for (const n of [0, 1]) {
    const administrator = await as('amministratore', '', n);
    await administrator.goto('/amministrazione/identita');
    if (n === 0) await look(administrator, 'amministrazione-identita');
    await administrator.getByRole('button', { name: 'Conferma le regole di credenziali del portale' }).click();
    await administrator.getByText(n === 0 ? 'Manca la conferma di un altro amministratore.' : 'Le regole sono in vigore').waitFor();
    if (n === 0) await look(administrator, 'amministrazione-identita-prima-conferma');
  }
  await operator.goto('/code/nuove');
  await operator.getByText('Operatore ASR, ASL Città di Torino').first().waitFor();
  assert.equal(new URL(operator.url()).pathname, '/code/nuove');
  await look(operator, 'portale-prima-coda');

  const direct = await anybody();
  await direct.goto('/accesso');
  await direct.getByRole('link', { name: /il portale regionale/ }).click();
  await direct.getByText('Acceda prima al portale').waitFor();
  await look(direct, 'portale-senza-accesso');
});

// Playwright shows the certificate in the TLS handshake for Chromium, which has no way to choose one without a person.
walk('FAQ 2.1: an administrator binds a certificate to an account, which logs in with it to its first queue', async ({ as, anybody, look }) => {
  const administrator = await as('amministratore');
  const { username } = who('operatore_asr', '010301', 1);
  await administrator.goto(`/amministrazione/persone?q=${username}`);
  await administrator.locator('main li a[href^="/amministrazione/persone/"]').first().click();
  await administrator.getByRole('heading', { name: 'Identità collegate' }).waitFor();
  await administrator.getByLabel('Servizio di identità').selectOption('certificato digitale o carta elettronica');
  await administrator.getByLabel('Codice fiscale della persona').fill('RSSMRA80A01H501U');
  await administrator.getByRole('button', { name: 'Collega l’identità' }).click();
  await administrator.getByText('L’identità è collegata').waitFor();
  await look(administrator, 'amministrazione-identita-collegata');

  const https = { provider: true, ignoreHTTPSErrors: true };
  const without = await anybody(https);
  await without.goto('/accesso');
  await without.getByRole('link', { name: /certificato digitale/ }).click();
  await without.getByText('Il browser non ha presentato un certificato').waitFor();
  await look(without, 'certificato-assente');

  const operator = await anybody({ ...https, clientCertificates: [certificate] });
  await operator.goto('/accesso');
  await operator.getByRole('link', { name: /certificato digitale/ }).click();
  await operator.waitForURL('**/code/nuove');
  await operator.getByText('Operatore ASR, ASL Città di Torino').first().waitFor();
  await look(operator, 'certificato-prima-coda');

  await administrator.getByRole('button', { name: /^Scollega l’identità/ }).click();
  await administrator.getByText('L’identità è scollegata').waitFor();
  await operator.goto('/code/nuove');
  assert.equal(new URL(operator.url()).pathname, '/accesso', 'the session ends with the binding');
});
