import type { Millis } from '../../environment/environment.js';
import { errorCode } from '../../protocol/errors.js';
import type { CompleteRequestOf, ResponseOf } from '../../protocol/apis.js';
import { completeResponse } from '../../protocol/apis.js';
import type { Hashing } from './hashing.js';
import { beginExchange, type SaslExchange } from './sasl-server.js';
import type { UserStore } from './user-store.js';

/** How a listener finds out who its clients are. */
export interface Authentication {
  readonly hashing: Hashing;
  readonly users: UserStore;
  /** What clients may choose from, best first. */
  readonly mechanisms: readonly string[];
  /** How long whoever failed waits for the answer: longer each time. */
  readonly delayAfterFailure: () => Millis;
}

/** Answers SaslHandshake and SaslAuthenticate for one connection until it is known who is there. */
export class SaslGate {
  private exchange: SaslExchange | undefined;
  private name: string | undefined;
  private isRefused = false;

  constructor(private readonly authentication: Authentication) {}

  /** Who is there; undefined until that is known. */
  get user(): string | undefined {
    return this.name;
  }

  /** Whether the client has failed and nothing more of it is heard. */
  get hasFailed(): boolean {
    return this.isRefused;
  }

  handshake({ mechanism }: CompleteRequestOf<'SaslHandshake'>): ResponseOf<'SaslHandshake'> {
    const { hashing, users, mechanisms } = this.authentication;
    const isOffered = mechanisms.includes(mechanism);
    this.exchange = isOffered ? beginExchange(mechanism, hashing, users) : undefined;
    this.isRefused = !isOffered;
    return completeResponse('SaslHandshake', {
      errorCode: isOffered ? 0 : errorCode('UNSUPPORTED_SASL_MECHANISM'),
      mechanisms,
    });
  }

  async authenticate({ authBytes }: CompleteRequestOf<'SaslAuthenticate'>): Promise<ResponseOf<'SaslAuthenticate'>> {
    const step = await this.exchange?.step(authBytes);
    if (step === undefined || step.kind === 'refused') {
      this.isRefused = true;
      return completeResponse('SaslAuthenticate', {
        errorCode: errorCode(step === undefined ? 'ILLEGAL_SASL_STATE' : 'SASL_AUTHENTICATION_FAILED'),
        errorMessage: step?.message ?? 'SaslAuthenticate request received before SaslHandshake',
        authBytes: new Uint8Array(0),
      });
    }
    if (step.kind === 'done') this.name = step.user;
    return completeResponse('SaslAuthenticate', { errorCode: 0, errorMessage: null, authBytes: step.bytes });
  }

  /** A message of a mechanism without a header around it, as clients send it after version 0 of SaslHandshake; undefined: refused. */
  async token(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const { errorCode: code, authBytes } = await this.authenticate({ authBytes: bytes });
    return code === 0 ? authBytes : undefined;
  }
}
