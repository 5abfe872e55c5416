/** The hashes that SCRAM knows. */
export type HashName = 'SHA-256' | 'SHA-512';

/** What SASL needs of cryptography; the world gives it. */
export interface Hashing {
  randomBytes(count: number): Uint8Array;
  hash(name: HashName, data: Uint8Array): Promise<Uint8Array>;
  hmac(name: HashName, key: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  pbkdf2(name: HashName, password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Uint8Array>;
}

/** The part of the Web Cryptography API that is needed: browsers and Node have it. */
export interface WebCryptography {
  getRandomValues<Bytes extends Uint8Array<ArrayBuffer>>(bytes: Bytes): Bytes;
  readonly subtle: SubtleCrypto;
}

/** Hashing by the Web Cryptography API. */
export function webHashing(crypto: WebCryptography): Hashing {
  const { subtle } = crypto;
  const keyFor = (key: Uint8Array, algorithm: 'PBKDF2' | { name: 'HMAC'; hash: HashName }, use: KeyUsage) =>
    subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, algorithm, false, [use]);
  return {
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    hash: async (name, data) => new Uint8Array(await subtle.digest(name, data as Uint8Array<ArrayBuffer>)),
    hmac: async (hash, key, data) =>
      new Uint8Array(
        await subtle.sign('HMAC', await keyFor(key, { name: 'HMAC', hash }, 'sign'), data as Uint8Array<ArrayBuffer>),
      ),
    pbkdf2: async (hash, password, salt, iterations) =>
      new Uint8Array(
        await subtle.deriveBits(
          { name: 'PBKDF2', hash, salt: salt as Uint8Array<ArrayBuffer>, iterations },
          await keyFor(password, 'PBKDF2', 'deriveBits'),
          hash === 'SHA-256' ? 256 : 512,
        ),
      ),
  };
}

/** Whether two secrets are equal, in a time that tells nothing of where they differ. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) difference |= (left[at] as number) ^ (right[at] ?? 0);
  return difference === 0;
}
