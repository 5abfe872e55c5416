import { KafkaError } from '../../protocol/kafka-error.js';
import { equalSecrets, type Hashing } from './hashing.js';
import {
  escapedName,
  fromBase64,
  maxIterations,
  minIterations,
  nonce,
  scramAttributes,
  scramHashes,
  toBase64,
  xor,
} from './scram.js';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** Who a client says it is, in KafkaJS's words. */
export interface SaslOptions {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

/** Sends one message of the mechanism, and gives the answer. */
export type SaslSend = (bytes: Uint8Array) => Promise<Uint8Array>;

const utf8 = new TextEncoder();

/** Goes through the mechanism. Rejects with SASL_AUTHENTICATION_FAILED if the broker can't prove that it knows the password either. */
export async function authenticate(options: SaslOptions, hashing: Hashing, send: SaslSend): Promise<void> {
  const { mechanism, username, password } = options;
  if (mechanism === 'plain') {
    await send(utf8.encode(`\0${username}\0${password}`));
    return;
  }
  const hash = scramHashes.get(mechanism.toUpperCase()) ?? 'SHA-256';
  const clientNonce = nonce(hashing);
  const bare = `n=${escapedName(username)},r=${clientNonce}`;
  const first = textOf(await send(utf8.encode(`n,,${bare}`)));
  const attributes = scramAttributes(first);
  const serverNonce = attributes?.get('r') ?? '';
  const iterations = Number(attributes?.get('i'));
  if (!serverNonce.startsWith(clientNonce) || serverNonce === clientNonce)
    throw failure('the broker gave no nonce of its own');
  if (!(iterations >= minIterations && iterations <= maxIterations))
    throw failure(
      `the broker asks for ${attributes?.get('i')} iterations; ${minIterations} to ${maxIterations} are accepted`,
    );
  const salted = await hashing.pbkdf2(hash, utf8.encode(password), fromBase64(attributes?.get('s') ?? ''), iterations);
  const clientKey = await hashing.hmac(hash, salted, utf8.encode('Client Key'));
  const last = `c=biws,r=${serverNonce}`;
  const authMessage = utf8.encode(`${bare},${first},${last}`);
  const signature = await hashing.hmac(hash, await hashing.hash(hash, clientKey), authMessage);
  const final = textOf(await send(utf8.encode(`${last},p=${toBase64(xor(clientKey, signature))}`)));
  const serverKey = await hashing.hmac(hash, salted, utf8.encode('Server Key'));
  const expected = await hashing.hmac(hash, serverKey, authMessage);
  const given = fromBase64(scramAttributes(final)?.get('v') ?? '');
  if (!equalSecrets(expected, given)) throw failure('the broker does not know the password');
}

function failure(why: string): KafkaError {
  return new KafkaError('SASL_AUTHENTICATION_FAILED', `Authentication failed: ${why}. Check who listens there.`);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
