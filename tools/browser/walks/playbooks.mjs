// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// FAQ 2.7–2.12: an operator answers the checks and carries out the outcome, and the Region reads its note.

import assert from 'node:assert/strict';
import { answer, carryOut, check, status } from '../support/ticketpage.mjs';
import { openTicket, newTaxCode } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const paths = {
  'FAQ 2.7: the sending failed and is being corrected': {
    problem: 'referto-non-trovato', asr: '010211',
    answers: [
      ['È stato individuato il referto', true, { Identificativo: 'REF-27' }], ['prodotto dalla propria Azienda', true],
      ['chiesto lo scarico on line', true], ['inviato a FSE/ROL con esito positivo?', false], ['L’errore di invio è stato corretto', false],
    ],
    reads: 'il cittadino', becomes: 'In lavorazione', says: 'Abbiamo riscontrato un errore nell’invio del Suo referto',
  },
  'FAQ 2.8: found, sent, and still not found': {
    problem: 'referto-non-trovato', asr: '010211',
    answers: [
      ['È stato individuato il referto', true, { Identificativo: 'REF-28' }], ['prodotto dalla propria Azienda', true],
      ['chiesto lo scarico on line', true], ['inviato a FSE/ROL con esito positivo', true, { 'Data di produzione': '2026-11-03' }],
    ],
    reads: 'assistenza regionale, non il cittadino', becomes: 'Non di competenza', says: 'Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-28',
  },
  'FAQ 2.8: of another ASR': {
    problem: 'referto-non-trovato', asr: '010213',
    answers: [['È stato individuato il referto', true, { Identificativo: 'REF-28B' }], ['prodotto dalla propria Azienda', false]],
    reads: 'assistenza regionale, non il cittadino', becomes: 'Non di competenza', says: 'Il referto REF-28B non risulta appartenere alla nostra Azienda.',
  },
  'FAQ 2.9: produced, exempt, sent, and cannot be seen': {
    problem: 'referto-non-visualizzabile', asr: '010213',
    answers: [
      ['prodotto per il paziente', true, { Identificativo: 'REF-29', 'Data di produzione': '2026-11-03' }],
      ['pagato completamente', true, { 'Il paziente è esente': true }], ['inviato a FSE/ROL con esito positivo', true],
    ],
    reads: 'assistenza regionale, non il cittadino', becomes: 'Non di competenza',
    says: 'Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-29. Il paziente è esente',
  },
  'FAQ 2.10: the payment does not appear': {
    problem: 'mancato-pagamento', asr: '010213',
    answers: [
      ['Il cittadino indica di avere pagato', true, { IUV: '01123456789012316' }], ['Il pagamento del referto risulta', false],
      ['Oltre al pagamento che non risulta', false], ['Il cittadino ha fornito la ricevuta', false], ['di non poter fornire la ricevuta', true],
    ],
    reads: 'assistenza regionale, non il cittadino', becomes: 'Non di competenza', says: 'Il pagamento associato allo IUV 01123456789012316 non risulta sul sistema aziendale',
  },
  'FAQ 2.11: paid, registered, and metadata updated': {
    problem: 'non-scaricabile-pagamento', asr: '010213',
    answers: [['La ricevuta fornita dal cittadino è corretta', true], ['marcato come pagato', true], ['aggiornamento dei metadati', true], ['risulta ora scaricabile', true]],
    reads: 'il cittadino', becomes: 'Risolto', says: 'Il Suo pagamento è stato registrato',
  },
  'FAQ 2.12: all checks pass, and the download page gives no report': {
    service: 'accesso-facilitato', problem: 'accesso-facilitato', asr: '010904',
    answers: [
      ['chiesto lo scarico on line', true], ['inviato a FSE/ROL con esito positivo', true, { Identificativo: 'REF-212' }],
      ['Il PIN inviato a FSE/ROL coincide', true], ['permettono lo scarico dalla pagina pubblica', false],
    ],
    reads: 'assistenza regionale, non il cittadino', becomes: 'Non di competenza', says: 'Referto REF-212 inviato con successo a FSE/ROL da parte dell’Azienda',
  },
};

for (const [name, path] of Object.entries(paths)) {
  walk(name, async ({ as, look }) => {
    const ticket = await openTicket(path.asr, { service: path.service ?? 'ritiro-documenti', problem: path.problem });
    const page = await as('operatore_asr', path.asr);
    await page.goto(`/ticket/${ticket.id}`);
    const paragraph = name.match(/2\.\d+/)[0].replace('.', '-');
    await look(page, `verifiche-${paragraph}`);
    for (const [question, yes, evidence] of path.answers) await answer(page, question, yes, evidence);
    const outcome = page.locator('.sol-outcome');
    assert.ok((await outcome.locator('blockquote').innerText()).includes(path.says), 'the note is filled in');
    assert.ok((await outcome.innerText()).includes(path.reads), 'the outcome shows the audience of its note');
    await look(page, `esito-${paragraph}`);
    await carryOut(page);
    assert.equal(await status(page), path.becomes);
    if (path.becomes !== 'Non di competenza') return;
    const region = await as('operatore_regionale', 'regione');
    await region.goto(`/ticket/${ticket.id}`);
    await region.getByText(path.says).first().waitFor();
  });
}

walk('FAQ 2.8: the connected systems answer, and the operator corrects an answer', async ({ as, look }) => {
  const code = await newTaxCode({ facts: { found: true, ours: false }, evidence: { identifier: 'REF-SISTEMA' } });
  let page;
  for (const entity of ['010905', '010206', '010211']) { // some of the demo's systems fail, and then are not asked for a while
    const ticket = await openTicket(entity, { requester: { tax_code: code } });
    page = await as('operatore_asr', entity);
    await page.goto(`/ticket/${ticket.id}`);
    await page.getByRole('button', { name: 'Prendi in carico' }).click(); // anybody may have typed the tax code: the systems are asked from now on
    const outcome = page.getByText('Esito proposto');
    await outcome.or(page.getByText('il sistema non ha risposto')).first().waitFor();
    if (await outcome.isVisible()) break;
  }
  const checks = page.locator('.sol-checks');
  assert.match(await checks.innerText(), /REF-SISTEMA/);
  assert.match(await checks.innerText(), /dal sistema collegato/);
  await look(page, 'verifiche-dal-sistema');
  const row = checks.getByRole('listitem').filter({ hasText: 'prodotto dalla propria Azienda' });
  await row.getByText('Correggi').click();
  await answer(page, 'prodotto dalla propria Azienda', true);
  await check(page, 'chiesto lo scarico on line').waitFor();
});

walk('FAQ 2.8: asking the citizen without leaving the checks', async ({ as }) => {
  const ticket = await openTicket('010906');
  const page = await as('operatore_asr', '010906');
  await page.goto(`/ticket/${ticket.id}`);
  await page.getByRole('button', { name: 'Chiedi al cittadino' }).click();
  const note = page.getByLabel('Nota', { exact: true });
  assert.match(await note.inputValue(), /quale esame o visita ha fatto/);
  assert.ok(await page.getByRole('radio', { name: 'Pubblica' }).isChecked());
  assert.match(await page.locator('#lettore').innerText(), /il cittadino/);
  await page.getByRole('button', { name: 'Aggiorna', exact: true }).click();
  await page.getByText('La richiesta è stata aggiornata.').waitFor();
  assert.equal(await status(page), 'In attesa di informazioni da utente');
});

walk('FAQ 2.8: the checks without script', async ({ as }) => {
  const ticket = await openTicket('010907');
  const page = await as('operatore_asr', '010907', 0, { javaScriptEnabled: false });
  await page.goto(`/ticket/${ticket.id}`);
  await answer(page, 'È stato individuato il referto', true, { Identificativo: 'REF-SENZA' });
  await answer(page, 'prodotto dalla propria Azienda', false);
  await carryOut(page);
  assert.equal(await status(page), 'Non di competenza');
});
