// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The identity providers of the walks beside the simulated one of the demo: the portal, whose proxy runs here, and client certificates. All
// persons are fictitious.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';

// proxyAddress is the address from which the portal's proxy comes; browsers come from 127.0.0.1.
const proxyAddress = '127.0.0.2';

export const certificate = { origin: '', certPath: '', keyPath: '' };
const keyOf = name => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`];

// freePort returns a port of 127.0.0.1 that is free now.
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

// writeProviders makes certificates and a revocation list in a new directory, and returns the path of the file of identity providers.
export async function writeProviders(dir) {
  fs.mkdirSync(dir);
  const at = name => path.join(dir, name);
  const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  fs.writeFileSync(at('index'), '');
  fs.writeFileSync(at('number'), '01');
  fs.writeFileSync(at('ca.cnf'), '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=7\ncrlnumber=number\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n');
  openssl('req', '-x509', '-days', '7', '-subj', '/CN=Prova CA', ...keyOf('ca'));
  openssl('req', '-x509', '-days', '7', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', ...keyOf('own'));
  openssl('req', '-x509', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '7', '-subj', '/CN=PROVA UNO/serialNumber=TINIT-RSSMRA80A01H501U', '-addext', 'basicConstraints=critical,CA:FALSE',
    '-addext', 'extendedKeyUsage=clientAuth', '-addext', 'keyUsage=digitalSignature', ...keyOf('person'));
  openssl('ca', '-config', 'ca.cnf', '-gencrl', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-out', 'ca.crl');
  const port = await freePort(), address = `127.0.0.1:${port}`;
  Object.assign(certificate, { origin: `https://localhost:${port}`, certPath: at('person.pem'), keyPath: at('person.key') });
  const portal = (idps, rest) => ({ portal: { proxies: [`${proxyAddress}/32`], idps, ...rest } });
  fs.writeFileSync(at('providers.json'), JSON.stringify({ providers: [
    { name: 'portale', label: 'il portale regionale', audience: 'citizens', ...portal(['SPID']) },
    { name: 'portale-rupar', label: 'credenziali del portale', audience: 'staff', ...portal(['IPA'], { claims: { gruppo: 'Shib-Gruppi' } }),
      mapping: [{ claim: 'gruppo', value: 'sol-torino', role: 'operatore_asr', entity: '010301' }] },
    { name: 'certificato', label: 'certificato digitale o carta elettronica', audience: 'staff',
      client_certificate: { address, url: certificate.origin, tls_cert: at('own.pem'), tls_key: at('own.key'), ca: at('ca.pem'), crls: [at('ca.crl')] } },
  ] }));
  return at('providers.json');
}

// portalProxy starts a reverse proxy as the portal's, which tells with each request that a person has logged in there. It returns its address.
// It ends with the process, after the pages that keep streams through it open.
export async function portalProxy(address, { taxCode, name, surname, idp, groups }) {
  const at = new Date(Date.now() - 60_000).toLocaleString('sv-SE', { timeZone: 'Europe/Rome' }).replace(/\D/g, '');
  const to = new URL(address);
  const server = http.createServer((request, answer) => {
    const headers = { ...request.headers, host: to.host, 'Shib-Iride-IdentitaDigitale': `${taxCode}/${name}/${surname}/${idp}/${at}/4/cHJvdmE=`, ...(groups && { 'Shib-Gruppi': groups }) };
    if (headers.origin) headers.origin = address; // as a proxy that has the address of the service
    const passed = http.request({ host: to.hostname, port: to.port, method: request.method, path: request.url, headers, localAddress: proxyAddress }, from => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    request.pipe(passed);
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}
