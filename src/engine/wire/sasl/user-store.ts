import type { HashName, Hashing } from './hashing.js';
import { minIterations, scramCredential, type ScramCredential } from './scram.js';

/** The users of a listener, by name. Keeps no passwords. */
export class UserStore {
  private readonly users = new Map<string, Readonly<Record<HashName, ScramCredential>>>();
  private readonly pepper: Uint8Array;

  private constructor(private readonly hashing: Hashing) {
    this.pepper = hashing.randomBytes(32);
  }

  /** A store of these users and passwords. */
  static async of(hashing: Hashing, passwords: ReadonlyMap<string, string>): Promise<UserStore> {
    const store = new UserStore(hashing);
    for (const [name, password] of passwords)
      store.users.set(name, {
        'SHA-256': await scramCredential(hashing, 'SHA-256', password),
        'SHA-512': await scramCredential(hashing, 'SHA-512', password),
      });
    return store;
  }

  /** The user's credential, and whether it is real: one who is not known gets one that looks the same each time and fits no password. */
  async find(
    name: string,
    hash: HashName,
  ): Promise<{ readonly credential: ScramCredential; readonly isKnown: boolean }> {
    const seed = await this.hashing.hmac('SHA-512', this.pepper, new TextEncoder().encode(`${hash} ${name}`));
    const known = this.users.get(name);
    if (known !== undefined) return { credential: known[hash], isKnown: true };
    const unknown = { salt: seed.subarray(0, 20), iterations: minIterations, storedKey: seed, serverKey: seed };
    return { credential: unknown, isKnown: false };
  }
}
