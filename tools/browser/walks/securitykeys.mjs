// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import { who } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

// authenticator gives a page's browser a security key that answers by itself.
async function authenticator(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

walk('FAQ 2.1: a security key is added, and logs in to the first queue', async ({ anybody, as, look }) => {
  const one = who('operatore_asr', '010907', 1);
  const page = await as('operatore_asr', '010907', 1);
  await authenticator(page);
  await page.goto('/mio-account');
  await look(page, 'mio-account');
  const form = page.locator('form[action="/mio-account/chiave"]');
  await form.getByLabel('Nome della chiave').fill('Chiave di prova');
  await form.getByLabel('La Sua password').fill(one.password);
  await form.getByLabel('Il Suo PIN').fill(one.pin);
  await form.getByRole('button', { name: 'Aggiungi la chiave' }).click();
  await page.getByRole('heading', { name: 'Chiave di sicurezza' }).waitFor();
  await look(page, 'chiave-nuova');
  await page.getByRole('button', { name: 'Registra la chiave' }).click();
  await page.getByRole('heading', { name: 'Codici di recupero' }).waitFor();
  await page.getByRole('link', { name: 'Li ho conservati' }).click();
  await page.getByText('Chiave di prova').first().waitFor();
  await page.getByRole('button', { name: 'Esci' }).click();

  const enter = async to => {
    await to.goto('/accesso');
    await to.getByLabel('Nome utente').fill(one.username);
    await to.getByLabel('Password').fill(one.password);
    await to.getByLabel('PIN').fill(one.pin);
    await to.getByRole('button', { name: 'Accedi' }).click();
    await to.getByRole('heading', { name: 'Secondo fattore', exact: true }).waitFor();
  };
  await enter(page);
  await look(page, 'secondo-fattore-chiave');
  await page.getByRole('button', { name: 'Usa la chiave di sicurezza' }).click();
  await page.waitForURL('**/code/nuove');

  const other = await anybody(); // with a key that nobody registered
  await authenticator(other);
  await enter(other);
  await other.getByRole('button', { name: 'Usa la chiave di sicurezza' }).click();
  await other.getByText('La chiave non ha risposto').waitFor();
  await look(other, 'chiave-sconosciuta');

  const withoutScript = await anybody({ javaScriptEnabled: false });
  await enter(withoutScript);
  await withoutScript.getByText('solo con JavaScript attivo').waitFor();

  await page.goto('/mio-account'); // the next walk finds the account as it was
  await page.getByText('Togli: Chiave di prova').click();
  const remove = page.locator('form[action$="/togli"]');
  await remove.getByLabel('La Sua password').fill(one.password);
  await remove.getByLabel('Il Suo PIN').fill(one.pin);
  await remove.getByRole('button', { name: 'Togli Chiave di prova' }).click();
  await page.getByText('Il secondo fattore è tolto.').waitFor();
});
