import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KafkaError } from '../../../../src/engine/protocol/kafka-error.js';
import { webHashing, type Hashing } from '../../../../src/engine/wire/sasl/hashing.js';
import { authenticate, type SaslMechanism } from '../../../../src/engine/wire/sasl/sasl-client.js';
import { beginExchange, type SaslStep } from '../../../../src/engine/wire/sasl/sasl-server.js';
import { fromBase64, scramCredential, toBase64 } from '../../../../src/engine/wire/sasl/scram.js';
import { UserStore } from '../../../../src/engine/wire/sasl/user-store.js';

const hashing = webHashing(webcrypto as Crypto);
const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const passwords = new Map([
  ['alice', 'secret'],
  ['a=b,c', 'pass,word=ü'],
]);
const users = await UserStore.of(hashing, passwords);

/** Goes through the mechanism with our own client; gives who the broker's side says is there. */
async function login(
  mechanism: SaslMechanism,
  username: string,
  password: string,
  change = (answer: string) => answer,
) {
  const exchange = beginExchange(mechanism.toUpperCase(), hashing, users)!;
  let last: SaslStep | undefined;
  await authenticate({ mechanism, username, password }, hashing, async (bytes) => {
    last = await exchange.step(bytes);
    if (last.kind === 'refused') throw new KafkaError('SASL_AUTHENTICATION_FAILED', last.message);
    return utf8(change(text(last.bytes)));
  });
  return last?.kind === 'done' ? last.user : undefined;
}

describe('SCRAM', () => {
  it('keeps of a password what RFC 7677 says', async () => {
    const salt = fromBase64('W22ZaJ0SNY7soEsUEjb6gQ==');
    const { serverKey } = await scramCredential(hashing, 'SHA-256', 'pencil', salt);
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const messages = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
    expect(toBase64(await hashing.hmac('SHA-256', serverKey, utf8(messages)))).toBe(
      '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    );
  });

  it.each(['scram-sha-256', 'scram-sha-512', 'plain'] as const)(
    '%s lets in who knows the password',
    async (mechanism) => {
      for (const [name, password] of passwords) expect(await login(mechanism, name, password)).toBe(name);
    },
  );

  it.each(['scram-sha-256', 'scram-sha-512', 'plain'] as const)(
    'GW-8 %s refuses a wrong password and an unknown user in the same words',
    async (mechanism) => {
      const errors: string[] = [];
      for (const [name, password] of [
        ['alice', 'wrong'],
        ['mallory', 'secret'],
        ['аlice', 'secret'], // a Cyrillic а
        ['Alice', 'secret'],
      ] as const)
        await login(mechanism, name, password).catch((error: unknown) => errors.push((error as KafkaError).message));
      expect(errors).toHaveLength(4);
      expect(new Set(errors).size).toBe(1);
    },
  );

  it.each(['scram-sha-256', 'scram-sha-512', 'plain'] as const)(
    'GW-8 %s does the same work for an unknown user as for a wrong password, so that time tells nothing',
    async (mechanism) => {
      const workFor = async (username: string): Promise<readonly string[]> => {
        const work: string[] = [];
        const noted: Hashing = {
          randomBytes: (count) => hashing.randomBytes(count),
          hash: (name, data) => (work.push(`hash ${name}`), hashing.hash(name, data)),
          hmac: (name, key, data) => (work.push(`hmac ${name}`), hashing.hmac(name, key, data)),
          pbkdf2: (name, password, salt, iterations) => (
            work.push(`pbkdf2 ${name} ${iterations}`),
            hashing.pbkdf2(name, password, salt, iterations)
          ),
        };
        const store = await UserStore.of(noted, passwords);
        const exchange = beginExchange(mechanism.toUpperCase(), noted, store)!;
        work.length = 0;
        const send = async (bytes: Uint8Array) => {
          const step = await exchange.step(bytes);
          if (step.kind === 'refused') throw new KafkaError('SASL_AUTHENTICATION_FAILED', step.message);
          return step.bytes;
        };
        await expect(authenticate({ mechanism, username, password: 'wrong' }, hashing, send)).rejects.toThrow();
        return work;
      };
      const known = await workFor('alice');
      expect(known.length).toBeGreaterThan(1);
      expect(await workFor('mallory')).toEqual(known);
    },
  );

  it.each([
    ['fewer than 4096 iterations', /i=\d+/, 'i=4095'],
    ['more than a million iterations', /i=\d+/, 'i=1000001'],
    ['no nonce of its own', /r=([^,]{32})[^,]*/, 'r=$1'],
    ['the nonce of another', /r=/, 'r=x'],
    ['a wrong signature', /v=.*/, 'v=AAAA'],
  ])('GW-8 a client refuses a broker with %s', async (_, from, to) => {
    await expect(login('scram-sha-256', 'alice', 'secret', (answer) => answer.replace(from, to))).rejects.toMatchObject(
      { code: 'SASL_AUTHENTICATION_FAILED' },
    );
  });
});

describe('the broker refuses', () => {
  it.each([
    ['an empty user', 'n,,n=,r=abc'],
    ['no nonce', 'n,,n=alice'],
    ['a nonce that holds a space', 'n,,n=alice,r=a b'],
    ['channel binding', 'p=tls-unique,,n=alice,r=abc'],
    ['another authorization id', 'n,a=bob,n=alice,r=abc'],
    ['a name that is written wrongly', 'n,,n=a=b,r=abc'],
    ['nonsense', 'hello'],
    ['no bytes', ''],
  ])('GW-8 SCRAM with %s', async (_, message) => {
    const exchange = beginExchange('SCRAM-SHA-256', hashing, users)!;
    expect((await exchange.step(utf8(message))).kind).toBe('refused');
    expect((await exchange.step(utf8('n,,n=alice,r=abc'))).kind).toBe('refused');
  });

  it.each(['c=biws,r=NONCE', 'c=eSws,r=NONCE,p=AAAA', 'c=biws,r=old,p=AAAA', 'c=biws,r=NONCE,p=!!!'])(
    'GW-8 a second message like %s',
    async (template) => {
      const exchange = beginExchange('SCRAM-SHA-256', hashing, users)!;
      const first = await exchange.step(utf8('n,,n=alice,r=abc'));
      if (first.kind !== 'challenge') expect.fail('no challenge');
      const nonce = /r=([^,]+)/.exec(text(first.bytes))?.[1] ?? '';
      expect((await exchange.step(utf8(template.replace('NONCE', nonce)))).kind).toBe('refused');
    },
  );

  it.each(['\0\0secret', 'bob\0alice\0secret', '\0alice', 'alice', '', '\0alice\0', '\0alice\0secret\0more'])(
    'GW-8 PLAIN with %j',
    async (message) => {
      expect((await beginExchange('PLAIN', hashing, users)!.step(utf8(message))).kind).toBe('refused');
    },
  );

  it('bytes that are no text', async () => {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'])
      expect((await beginExchange(mechanism, hashing, users)!.step(Uint8Array.of(0xff, 0xfe))).kind).toBe('refused');
  });

  it('mechanisms that do not exist, whatever JavaScript calls so', () => {
    for (const name of ['GSSAPI', 'constructor', '__proto__', ''])
      expect(beginExchange(name, hashing, users)).toBeUndefined();
  });
});
