// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// A TCP proxy between a browser and the program whose connections can be cut. Playwright's offline mode does not help: it keeps open
// streams.

import net from 'node:net';
import { product } from './product.mjs';

// wire starts a proxy and returns {address, cut, mend, end}. The browser uses address instead of the program's own. cut closes all
// connections and refuses new ones until mend.
export async function wire() {
  const { hostname, port } = new URL(product.address);
  const open = new Set();
  let whole = true;
  const server = net.createServer(here => {
    if (!whole) return void here.destroy();
    const there = net.connect(Number(port), hostname);
    for (const [from, to] of [[here, there], [there, here]]) {
      open.add(from);
      from.on('error', () => to.destroy()); // if one end fails, close the other
      from.on('close', () => open.delete(from) && to.destroy());
      from.pipe(to);
    }
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    address: `http://127.0.0.1:${server.address().port}`, cut,
    mend() { whole = true; },
    end() {
      cut();
      server.close();
    },
  };
}
