// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// FAQ 2.7–2.12: the checks as an operator makes them, and what the Region or the citizen reads at their end.

import assert from 'node:assert/strict';
import { answer, carryOut, check, status } from '../support/desk.mjs';
import { opened, stranger } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const ways = {
  'FAQ 2.7: the sending failed and is being mended': {
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
  'FAQ 2.11: paid, registered, and sent on': {
    problem: 'non-scaricabile-pagamento', asr: '010213',
    answers: [['La ricevuta fornita dal cittadino è corretta', true], ['marcato come pagato', true], ['aggiornamento dei metadati', true], ['risulta ora scaricabile', true]],
    reads: 'il cittadino', becomes: 'Risolto', says: 'Il Suo pagamento è stato registrato',
  },
  'FAQ 2.12: all is right, and the page does not give it': {
    service: 'accesso-facilitato', problem: 'accesso-facilitato', asr: '010904',
    answers: [
      ['chiesto lo scarico on line', true], ['inviato a FSE/ROL con esito positivo', true, { Identificativo: 'REF-212' }],
      ['Il PIN inviato a FSE/ROL coincide', true], ['permettono lo scarico dalla pagina pubblica', false],
    ],
    reads: 'assistenza regionale, non il cittadino', becomes: 'Non di competenza', says: 'Referto REF-212 inviato con successo a FSE/ROL da parte dell’Azienda',
  },
};

for (const [name, way] of Object.entries(ways)) {
  walk(name, async ({ as, look }) => {
    const ticket = await opened(way.asr, { service: way.service ?? 'ritiro-documenti', problem: way.problem });
    const page = await as('operatore_asr', way.asr);
    await page.goto(`/ticket/${ticket.id}`);
    const paragraph = name.match(/2\.\d+/)[0].replace('.', '-');
    await look(page, `verifiche-${paragraph}`);
    for (const [question, yes, evidence] of way.answers) await answer(page, question, yes, evidence);
    const outcome = page.locator('.sol-outcome');
    assert.ok((await outcome.locator('blockquote').innerText()).includes(way.says), 'the note is filled in');
    assert.ok((await outcome.innerText()).includes(way.reads), 'who will read it stands beside it');
    await look(page, `esito-${paragraph}`);
    await carryOut(page);
    assert.equal(await status(page), way.becomes);
    if (way.becomes !== 'Non di competenza') return;
    const region = await as('operatore_regionale', 'regione');
    await region.goto(`/ticket/${ticket.id}`);
    await region.getByText(way.says).first().waitFor();
  });
}

walk('FAQ 2.8: the connected systems answer, and a person has the last word', async ({ as, look }) => {
  const code = await stranger({ facts: { found: true, ours: false }, evidence: { identifier: 'REF-SISTEMA' } });
  const ticket = await opened('010905', { requester: { tax_code: code } });
  const page = await as('operatore_asr', '010905');
  await page.goto(`/ticket/${ticket.id}`);
  await page.getByText('Esito proposto').waitFor();
  const checks = page.locator('.sol-checks');
  assert.match(await checks.innerText(), /REF-SISTEMA/);
  assert.match(await checks.innerText(), /dal sistema collegato/);
  await look(page, 'verifiche-dal-sistema');
  const theirs = checks.getByRole('listitem').filter({ hasText: 'prodotto dalla propria Azienda' });
  await theirs.getByText('Correggi').click();
  await answer(page, 'prodotto dalla propria Azienda', true);
  await check(page, 'chiesto lo scarico on line').waitFor();
});

walk('FAQ 2.8: asking the citizen without leaving the checks', async ({ as }) => {
  const ticket = await opened('010906');
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
  const ticket = await opened('010907');
  const page = await as('operatore_asr', '010907', 0, { javaScriptEnabled: false });
  await page.goto(`/ticket/${ticket.id}`);
  await answer(page, 'È stato individuato il referto', true, { Identificativo: 'REF-SENZA' });
  await answer(page, 'prodotto dalla propria Azienda', false);
  await carryOut(page);
  assert.equal(await status(page), 'Non di competenza');
});
