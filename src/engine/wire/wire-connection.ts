import type { TimerHandle, Timers } from '../environment/environment.js';
import type { ApiName, RequestOf, ResponseOf } from '../protocol/apis.js';
import { completeResponse } from '../protocol/apis.js';
import type { Call, Connection, ConnectionClosed } from '../protocol/connection.js';
import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { BytePipe, PipeEnd } from './byte-pipe.js';
import { FrameError, FrameSplitter } from './frame-splitter.js';
import { correlationIdOf, openResponse, requestFrame } from './frames.js';
import { largestRequestBytes } from './limits.js';
import type { Hashing } from './sasl/hashing.js';
import { authenticate, type SaslOptions } from './sasl/sasl-client.js';

/** Kafka's `request.timeout.ms`. */
const defaultTimeoutMs = 30_000;
/** A broker may answer more than was asked for, for the first batch comes whole. */
const largestResponseBytes = 4 * largestRequestBytes;

interface Waiting {
  readonly api: ApiName;
  readonly version: number;
  readonly resolve: (response: never) => void;
  readonly reject: (error: KafkaError) => void;
  readonly timer: TimerHandle;
}

/** The client's side of one connection over bytes: to Partita elsewhere, or to a real Kafka. */
export class WireConnection implements Connection, PipeEnd {
  readonly closed: Promise<ConnectionClosed>;
  private readonly splitter = new FrameSplitter(() => largestResponseBytes);
  private readonly waiting = new Map<number, Waiting>();
  private settleClosed: (closed: ConnectionClosed) => void = () => {};
  private end: ConnectionClosed | undefined;
  private pipe: BytePipe | undefined;
  private sent = 0;

  /** `peer` is told in messages of errors. */
  constructor(
    readonly id: string,
    private readonly peer: string,
    private readonly timers: Timers,
  ) {
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
  }

  /** From here on requests can be sent. */
  open(pipe: BytePipe): void {
    this.pipe = pipe;
  }

  /** Says who we are, before anything else is sent. Rejects with SASL_AUTHENTICATION_FAILED or UNSUPPORTED_SASL_MECHANISM; then the connection is closed. */
  async authenticate(sasl: SaslOptions, hashing: Hashing, timeoutMs: number): Promise<void> {
    const call = { clientId: null, timeoutMs };
    try {
      const mechanism = sasl.mechanism.toUpperCase();
      const { errorCode, mechanisms } = await this.send({ ...call, api: 'SaslHandshake', version: 1 }, { mechanism });
      if (errorCode !== 0) {
        const offered = `${this.peer} does not accept ${mechanism}; it offers ${mechanisms.join(', ') || 'none'}.`;
        throw new KafkaError(errorByCode(errorCode).name, offered);
      }
      await authenticate(sasl, hashing, async (authBytes) => {
        const answer = await this.send({ ...call, api: 'SaslAuthenticate', version: 1 }, { authBytes });
        if (answer.errorCode === 0) return answer.authBytes;
        const { name, message } = errorByCode(answer.errorCode);
        throw new KafkaError(name, `${this.peer} refused ${sasl.username}: ${answer.errorMessage ?? message}`);
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async send<Api extends ApiName>(call: Call<Api>, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    const { pipe } = this;
    if (this.end !== undefined || pipe === undefined) throw this.lost(this.end);
    const { api, version, clientId, timeoutMs = defaultTimeoutMs } = call;
    const correlationId = this.sent++ & 0x7fff_ffff;
    const frame = requestFrame(api, version, correlationId, clientId, request);
    if (api === 'Produce' && (request as RequestOf<'Produce'>).acks === 0) {
      pipe.write(frame);
      return completeResponse('Produce', { responses: [] });
    }
    return new Promise((resolve, reject) => {
      const timer = this.timers.set(timeoutMs, () => {
        this.waiting.delete(correlationId);
        reject(timedOut(api, this.peer, timeoutMs));
      });
      this.waiting.set(correlationId, { api, version, resolve, reject, timer });
      pipe.write(frame);
    });
  }

  close(): void {
    this.pipe?.close(false);
    this.finish({ reason: 'closed', message: `The connection to ${this.peer} was closed by its client.` });
  }

  receive(bytes: Uint8Array): void {
    if (this.end !== undefined) return;
    try {
      for (const frame of this.splitter.push(bytes)) this.answer(frame);
    } catch (error) {
      if (!(error instanceof FrameError) && !(error instanceof KafkaError)) throw error;
      this.pipe?.close(true);
      this.finish({ reason: 'lost', message: `${this.peer} sent what is no answer of Kafka's: ${error.message}` });
    }
  }

  ended(problem?: string): void {
    const message =
      problem === undefined
        ? `${this.peer} closed the connection.`
        : `The connection to ${this.peer} broke: ${problem}.`;
    this.finish({ reason: problem === undefined ? 'peer-closed' : 'lost', message });
  }

  private answer(frame: Uint8Array): void {
    const correlationId = correlationIdOf(frame);
    const waiting = this.waiting.get(correlationId);
    // Nobody waits for it any more.
    if (waiting === undefined) return;
    this.waiting.delete(correlationId);
    waiting.timer.cancel();
    try {
      waiting.resolve(openResponse(waiting.api, waiting.version, frame) as never);
    } catch (error) {
      waiting.reject(error as KafkaError);
      throw error;
    }
  }

  private finish(end: ConnectionClosed): void {
    if (this.end !== undefined) return;
    this.end = end;
    for (const { timer, reject } of this.waiting.values()) {
      timer.cancel();
      reject(this.lost(end));
    }
    this.waiting.clear();
    this.settleClosed(end);
  }

  private lost(end: ConnectionClosed | undefined): KafkaError {
    const message = end?.message ?? `${this.peer} is not connected yet.`;
    return new KafkaError(
      'NETWORK_EXCEPTION',
      `${message} Connect again; what was not answered may or may not have happened.`,
    );
  }
}

function timedOut(api: ApiName, peer: string, timeoutMs: number): KafkaError {
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `${peer} did not answer ${api} within ${timeoutMs} ms. Whether it was carried out is unknown.`,
  );
}
