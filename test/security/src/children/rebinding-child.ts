// Fetches from a name whose addresses change, and prints what came of it. A process of its own: the system's
// resolver is replaced in it, as a name server of the attacker would have it answer.
import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createHookSender } from '@cropline/storage';
import { fetchedFrom } from '../fetched-from.js';
import { outcomeOf } from '../outcome-of.js';

const ALLOWED = { address: '127.0.0.1', family: 4 };
/** Where nothing may connect to. */
const INNER = { address: '127.0.0.2', family: 4 };

const mode = process.argv[2] ?? '';
let lookUps = 0;

let served = 0;
const server = createServer(({ socket }, response) => {
  // Only the allowed address is listened on; whoever connects elsewhere gets no answer.
  if (socket.localAddress === ALLOWED.address) served += 1;
  response.end('image');
}).listen(0, ALLOWED.address);
await once(server, 'listening');
/** What the attacker's name server answers. */
function answer(): LookupAddress[] {
  lookUps += 1;
  if (mode === 'alternating') return [lookUps === 1 ? ALLOWED : INNER];
  if (mode === 'both') return [INNER, ALLOWED];
  return [INNER, { address: '::1', family: 6 }];
}

type Found = (error: null, addresses: LookupAddress[]) => void;
Object.assign(dns, {
  lookup: (_name: string, _options: unknown, callback: Found) => callback(null, answer()),
});
syncBuiltinESMExports();

const url = `http://rebinding.test:${(server.address() as AddressInfo).port}/a.jpg`;
const allowNetworks = ['127.0.0.1/32'];

if (mode === 'webhook') {
  const sender = createHookSender({ allowNetworks });
  const { signal } = new AbortController();
  console.log(await outcomeOf(() => sender.post(url, { body: '', headers: {} }, signal), String));
  await sender.close();
} else {
  const came = await fetchedFrom(url, { allowNetworks });
  const asChecked = came === 'let through: image' && served === 1 && lookUps === 1;
  console.log(asChecked ? 'connected to the checked address' : came);
}
server.closeAllConnections();
server.close();
