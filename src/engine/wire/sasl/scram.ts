import { KafkaError } from '../../protocol/kafka-error.js';
import type { HashName, Hashing } from './hashing.js';

/** SCRAM (RFC 5802) as Kafka speaks it: no channel binding, and passwords and names as they are, without SASLprep. */
export const scramHashes: ReadonlyMap<string, HashName> = new Map([
  ['SCRAM-SHA-256', 'SHA-256'],
  ['SCRAM-SHA-512', 'SHA-512'],
]);

/** Kafka's own; fewer are refused by clients and by us (RFC 7677). */
export const minIterations = 4096;
/** More would let a broker keep its clients busy. */
export const maxIterations = 1_000_000;

/** What a broker keeps of a password: enough to check it, not to pretend to be the user. */
export interface ScramCredential {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

const utf8 = new TextEncoder();

/** What is kept of a password. */
export async function scramCredential(
  hashing: Hashing,
  hash: HashName,
  password: string,
  salt: Uint8Array = hashing.randomBytes(20),
  iterations = minIterations,
): Promise<ScramCredential> {
  const salted = await hashing.pbkdf2(hash, utf8.encode(password), salt, iterations);
  const clientKey = await hashing.hmac(hash, salted, utf8.encode('Client Key'));
  const serverKey = await hashing.hmac(hash, salted, utf8.encode('Server Key'));
  return { salt, iterations, storedKey: await hashing.hash(hash, clientKey), serverKey };
}

/** The attributes of a SCRAM message, by letter; undefined if it is none. */
export function scramAttributes(message: string): ReadonlyMap<string, string> | undefined {
  const attributes = new Map<string, string>();
  for (const part of message.split(',')) {
    if (!/^[a-zA-Z]=/.test(part)) return undefined;
    if (!attributes.has(part.charAt(0))) attributes.set(part.charAt(0), part.slice(2));
  }
  return attributes;
}

/** A name as it stands in a message, where '=' and ',' mean something. */
export function escapedName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** The name that stands in a message; undefined if it is written wrongly. */
export function unescapedName(escaped: string): string | undefined {
  if (/=(?!2C|3D)/.test(escaped)) return undefined;
  return escaped.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Throws SASL_AUTHENTICATION_FAILED for what is no base64. */
export function fromBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new KafkaError('SASL_AUTHENTICATION_FAILED', 'A SCRAM message holds something that is not base64.');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Each byte of one with the byte of the other. */
export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ (right[at] ?? 0));
}

/** A nonce that can stand in a message. */
export function nonce(hashing: Hashing): string {
  return toBase64(hashing.randomBytes(24));
}
