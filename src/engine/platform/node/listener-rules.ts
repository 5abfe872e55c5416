import { isIP } from 'node:net';
import type { ListenerOptions } from './kafka-server.js';

/** Why nobody may listen like this; undefined if it is safe. Beyond this machine only those come in who say who they are, over TLS. */
export function listenerProblem(options: ListenerOptions): string | undefined {
  const { host = '127.0.0.1', users, tls, allowPlaintext = false } = options;
  if (isLoopback(host)) return undefined;
  const isAuthenticated = (users?.size ?? 0) > 0 || tls?.clientCa !== undefined;
  if (!isAuthenticated)
    return `${host} can be reached from other machines, and nobody would be asked who they are. Give users (--user), or certificates of clients (--tls-client-ca), or listen on 127.0.0.1.`;
  if (tls === undefined && !allowPlaintext)
    return `${host} can be reached from other machines, and records would go over the network in plain text. Give a certificate (--tls-cert, --tls-key), or --allow-plaintext where something else encrypts.`;
  return undefined;
}

/** Whether only this machine is behind an address or name. */
export function isLoopback(host: string): boolean {
  const address = unmapped(host);
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === '::1' || address.toLowerCase() === 'localhost';
}

/** The address of a client as Java writes it: an IPv6 address has all of its eight groups there. */
export function javaAddress(host: string): string {
  const address = unmapped(host);
  if (isIP(address) !== 6) return address;
  const [groups = '', zone] = address.split('%');
  const [head = [], tail = []] = groups.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return `${all.join(':')}${zone === undefined ? '' : `%${zone}`}`;
}

function unmapped(host: string): string {
  return host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host;
}
