import { equalSecrets, type HashName, type Hashing } from './hashing.js';
import {
  fromBase64,
  nonce,
  scramAttributes,
  scramCredential,
  scramHashes,
  toBase64,
  unescapedName,
  xor,
  type ScramCredential,
} from './scram.js';
import type { UserStore } from './user-store.js';

/** What the broker's side of a mechanism says to a message of the client. */
export type SaslStep =
  | { readonly kind: 'challenge'; readonly bytes: Uint8Array }
  | { readonly kind: 'done'; readonly bytes: Uint8Array; readonly user: string }
  | { readonly kind: 'refused'; readonly message: string };

/** One attempt to say who one is. */
export interface SaslExchange {
  step(bytes: Uint8Array): Promise<SaslStep>;
}

const utf8 = new TextEncoder();

/** Begins an attempt with this mechanism; undefined for one that is not known. */
export function beginExchange(mechanism: string, hashing: Hashing, users: UserStore): SaslExchange | undefined {
  if (mechanism === 'PLAIN') return { step: (bytes) => checkPlain(hashing, users, bytes) };
  const hash = scramHashes.get(mechanism);
  return hash && new ScramExchange(mechanism, hash, hashing, users);
}

async function checkPlain(hashing: Hashing, users: UserStore, bytes: Uint8Array): Promise<SaslStep> {
  const refused = { kind: 'refused', message: 'Authentication failed: Invalid username or password' } as const;
  const text = textOf(bytes);
  const [authorization, name, password, ...rest] = (text ?? '').split('\0');
  if (name === undefined || name === '' || password === undefined || password === '' || rest.length > 0) return refused;
  const { credential, isKnown } = await users.find(name, 'SHA-256');
  const { salt, iterations, storedKey } = credential;
  const given = await scramCredential(hashing, 'SHA-256', password, salt, iterations);
  if (!equalSecrets(given.storedKey, storedKey) || !isKnown) return refused;
  if (authorization !== '' && authorization !== name)
    return {
      kind: 'refused',
      message: 'Authentication failed: Client requested an authorization id that is different from username',
    };
  return { kind: 'done', bytes: new Uint8Array(0), user: name };
}

/** The broker's side of SCRAM: two messages of the client. */
class ScramExchange implements SaslExchange {
  private first:
    | {
        readonly user: string;
        readonly isKnown: boolean;
        readonly credential: ScramCredential;
        readonly nonce: string;
        readonly header: string;
        readonly messages: string;
      }
    | undefined;
  private isOver = false;

  constructor(
    private readonly mechanism: string,
    private readonly hash: HashName,
    private readonly hashing: Hashing,
    private readonly users: UserStore,
  ) {}

  async step(bytes: Uint8Array): Promise<SaslStep> {
    const text = textOf(bytes);
    if (text === undefined || this.isOver) return this.refused();
    if (this.first === undefined) return this.begin(text);
    this.isOver = true;
    return this.finish(text, this.first);
  }

  private async begin(text: string): Promise<SaslStep> {
    const [, header, authorization, bare] = /^(n,(?:a=([^,]*))?,)(n=.*)$/s.exec(text) ?? [];
    const attributes = scramAttributes(bare ?? '');
    const user = unescapedName(attributes?.get('n') ?? '');
    const clientNonce = attributes?.get('r') ?? '';
    const isOther = authorization !== undefined && authorization !== '' && unescapedName(authorization) !== user;
    if (header === undefined || bare === undefined || user === undefined || user === '' || isOther)
      return this.refused();
    if (!/^[!-+\--~]+$/.test(clientNonce)) return this.refused();
    const { credential, isKnown } = await this.users.find(user, this.hash);
    const whole = clientNonce + nonce(this.hashing);
    const answer = `r=${whole},s=${toBase64(credential.salt)},i=${credential.iterations}`;
    this.first = { user, isKnown, credential, nonce: whole, header, messages: `${bare},${answer}` };
    return { kind: 'challenge', bytes: utf8.encode(answer) };
  }

  private async finish(text: string, first: NonNullable<ScramExchange['first']>): Promise<SaslStep> {
    const { credential, messages, user } = first;
    const attributes = scramAttributes(text);
    const proof = attributes?.get('p');
    if (attributes === undefined || proof === undefined || attributes.get('r') !== first.nonce) return this.refused();
    if (attributes.get('c') !== toBase64(utf8.encode(first.header))) return this.refused();
    const authMessage = utf8.encode(`${messages},${text.slice(0, text.lastIndexOf(',p='))}`);
    const signature = await this.hashing.hmac(this.hash, credential.storedKey, authMessage);
    const clientKey = xor(signature, bytesOf(proof));
    const storedKey = await this.hashing.hash(this.hash, clientKey);
    if (!equalSecrets(storedKey, credential.storedKey) || !first.isKnown) return this.refused();
    const serverSignature = await this.hashing.hmac(this.hash, credential.serverKey, authMessage);
    return { kind: 'done', bytes: utf8.encode(`v=${toBase64(serverSignature)}`), user };
  }

  private refused(): SaslStep {
    this.isOver = true;
    const message = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${this.mechanism}`;
    return { kind: 'refused', message };
  }
}

function bytesOf(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch {
    return new Uint8Array(0);
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
