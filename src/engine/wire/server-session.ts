import type { Millis } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import { sleep } from '../environment/environment.js';
import type { ApiName, CompleteRequestOf, RequestOf, ResponseOf } from '../protocol/apis.js';
import type { RequestHandler } from '../protocol/connection.js';
import type { BytePipe, PipeEnd } from './byte-pipe.js';
import { FrameError, FrameSplitter } from './frame-splitter.js';
import { openRequest, requestBody, responseParts, sized, type RequestFrame } from './frames.js';
import type { ListenerLimits } from './limits.js';
import type { RequestBudget } from './request-budget.js';
import { SaslGate, type Authentication } from './sasl/gate.js';

export interface ServerSessionOptions {
  /** Names the connection; unique while the broker runs. */
  readonly id: string;
  /** The address that the client is at, as Kafka writes it; absent where connections have none. */
  readonly clientHost?: string;
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly handler: RequestHandler;
  readonly limits: ListenerLimits;
  readonly budget: RequestBudget;
  /** Clients must say who they are; without it everybody is let in. */
  readonly authentication?: Authentication;
  /** The connection is gone; `problem` tells what its client did wrong, if it did. */
  readonly onEnd: (problem: string | undefined) => void;
}

/**
 * The broker's side of one connection: bytes of requests in, bytes of answers out, in the order of the requests. One request is handled at a time, as Kafka does;
 * only Produce requests that follow each other may wait for the disk together. Whatever the client does wrong ends this connection and nothing else.
 */
export class ServerSession implements PipeEnd {
  private readonly splitter: FrameSplitter;
  private readonly gate: SaslGate | undefined;
  private readonly queue: Uint8Array[] = [];
  private readonly startedAt: Millis;
  private activeAt: Millis;
  private partialSince: Millis | undefined;
  private unsentSince: Millis | undefined;
  private isReading = true;
  private isWorking = false;
  private isEnded = false;
  private isStopping = false;
  private hasTokens = false;
  private frames = 0;
  private inFlight = 0;
  private requests = 0;
  /** Settles when everything before it is answered; never rejects. */
  private answered: Promise<void> = Promise.resolve();
  private areProducesUnderway = false;
  private readonly resume = (): void => this.adjustReading();

  constructor(
    private readonly options: ServerSessionOptions,
    private readonly pipe: BytePipe,
  ) {
    this.startedAt = this.activeAt = options.environment.clock.now();
    this.gate = options.authentication && new SaslGate(options.authentication);
    this.splitter = new FrameSplitter(() => this.maxRequestBytes);
    options.budget.join();
  }

  receive(bytes: Uint8Array): void {
    if (this.isEnded || this.isStopping) return;
    this.activeAt = this.options.environment.clock.now();
    const framesBefore = this.frames;
    try {
      for (const frame of this.splitter.push(bytes)) this.accept(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.fail(error.message);
      return;
    }
    if (this.splitter.partialBytes === 0) this.partialSince = undefined;
    else if (this.partialSince === undefined || this.frames > framesBefore) this.partialSince = this.activeAt;
    this.adjustReading();
    void this.work();
  }

  ended(problem?: string): void {
    this.finish(problem);
  }

  /** Looks whether the client is too slow; to be called now and then. */
  check(now: Millis): void {
    const problem = this.problemAt(now);
    if (problem !== undefined) this.fail(problem);
  }

  /** Takes no more requests; resolves when those that are here are answered, and ends the connection. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.dropQueue();
    await this.answered;
    this.pipe.close(false);
  }

  private accept(frame: Uint8Array): void {
    this.frames += 1;
    const { limits, budget } = this.options;
    if (!this.isKnown && this.frames > limits.maxRequestsBeforeAuthentication)
      throw new FrameError(`More than ${limits.maxRequestsBeforeAuthentication} requests came before authentication.`);
    budget.take(frame.length);
    this.inFlight += 1;
    this.queue.push(frame);
  }

  private get isKnown(): boolean {
    return this.gate === undefined || this.gate.user !== undefined;
  }

  private get maxRequestBytes(): number {
    const { limits } = this.options;
    return this.isKnown ? limits.maxRequestBytes : limits.maxRequestBytesBeforeAuthentication;
  }

  /** Reads on unless too much is here already. A request that has begun is read to its end, so that none holds up another for ever. */
  private adjustReading(): void {
    if (this.isEnded) return;
    const { limits, budget } = this.options;
    const mayRead = this.inFlight < limits.maxInFlight && (!budget.isSpent || this.splitter.partialBytes > 0);
    if (!mayRead && budget.isSpent) budget.whenFree(this.resume);
    // Nobody is too slow while we do not read.
    if (mayRead && !this.isReading && this.partialSince !== undefined)
      this.partialSince = this.options.environment.clock.now();
    this.isReading = mayRead;
    this.pipe.setReading(mayRead);
  }

  private async work(): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    try {
      for (let [frame] = this.queue; frame !== undefined; [frame] = this.queue) {
        await this.untilRead();
        if (this.queue[0] === frame) await this.begin(frame);
      }
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.isWorking = false;
    }
  }

  /** Waits until the client has taken the answers that are there. */
  private async untilRead(): Promise<void> {
    if (this.pipe.unsentBytes <= this.options.limits.maxUnsentBytes) return;
    this.unsentSince ??= this.options.environment.clock.now();
    await new Promise<void>((resolve) => this.pipe.whenDrained(resolve));
    this.unsentSince = undefined;
  }

  /** Hands the first request of the queue to the broker, unless it is dropped before. Resolves when the next one may be handed in. */
  private async begin(frame: Uint8Array): Promise<void> {
    if (this.hasTokens && !this.isKnown) {
      this.follow(frame, this.answerToken(frame));
      return this.answered;
    }
    const request = openRequest(frame);
    const mayOverlap = request.api === 'Produce' && this.isKnown;
    if (!mayOverlap || !this.areProducesUnderway) await this.answered;
    if (this.queue[0] !== frame) return;
    this.areProducesUnderway = mayOverlap;
    this.follow(frame, this.answer(request));
    if (!mayOverlap) await this.answered;
  }

  /** Takes a request out of the queue, and writes the answer behind those before it. */
  private follow(frame: Uint8Array, answer: Promise<readonly Uint8Array[]>): void {
    this.queue.shift();
    const before = this.answered;
    // Its failure is seen below, after those before it are written.
    answer.catch(() => undefined);
    this.answered = before.then(async () => {
      try {
        for (const bytes of await answer) if (!this.isEnded) this.pipe.write(bytes);
        if (this.gate?.hasFailed === true) void this.stop();
      } catch (error) {
        this.fail(error instanceof Error ? error.message : String(error));
      } finally {
        this.activeAt = this.options.environment.clock.now();
        this.options.budget.giveBack(frame.length);
        this.inFlight -= 1;
        this.adjustReading();
      }
    });
  }

  /** The bytes of the answer in pieces; none where none is wanted. Rejects where the connection must end instead. */
  private async answer(frame: RequestFrame): Promise<readonly Uint8Array[]> {
    const { header, api, isVersionKnown } = frame;
    const version = header.requestApiVersion;
    const isGreeting = api === 'ApiVersions';
    if (api === undefined || (!isVersionKnown && !isGreeting))
      throw new Error(
        `API ${header.requestApiKey} was asked for in version ${version}, which this broker does not serve.`,
      );
    if (!this.isKnown && !isGreeting) return this.answerGate(api, frame);
    const request = isVersionKnown ? this.withinShare(api, requestBody(api, frame)) : ({} as RequestOf<ApiName>);
    const { id, clientHost } = this.options;
    const context = { connectionId: id, clientHost, requestId: `request:${id}:${this.requests++}` };
    const call = { api, version, clientId: header.clientId };
    const response = await this.options.handler.handle(context, call, request);
    if (api === 'Produce' && (request as RequestOf<'Produce'>).acks === 0) {
      refuseLoudly(response as ResponseOf<'Produce'>);
      return [];
    }
    return responseParts(api, isVersionKnown ? version : 0, header.correlationId, response);
  }

  /** As if the client had asked for no more records than there is memory for; the first batch comes in any case. */
  private withinShare(api: ApiName, request: RequestOf<ApiName>): RequestOf<ApiName> {
    if (api !== 'Fetch') return request;
    const { maxBytes, ...others } = request as CompleteRequestOf<'Fetch'>;
    return { ...others, maxBytes: Math.min(maxBytes, this.options.budget.share) };
  }

  private async answerGate(api: ApiName, frame: RequestFrame): Promise<readonly Uint8Array[]> {
    const gate = this.gate as SaslGate;
    const { requestApiVersion: version, correlationId } = frame.header;
    if (api === 'SaslHandshake') {
      this.hasTokens = version === 0;
      return responseParts(api, version, correlationId, gate.handshake(requestBody(api, frame)));
    }
    if (api !== 'SaslAuthenticate') throw new Error(`${api} came before the client has said who it is.`);
    const response = await gate.authenticate(requestBody(api, frame));
    if (gate.hasFailed) await this.delayFailure();
    return responseParts(api, version, correlationId, response);
  }

  private async answerToken(bytes: Uint8Array): Promise<readonly Uint8Array[]> {
    const answer = await (this.gate as SaslGate).token(bytes);
    if (answer === undefined) await this.delayFailure();
    return answer === undefined ? [] : [sized(answer)];
  }

  private delayFailure(): Promise<void> {
    const { environment, authentication } = this.options;
    return sleep(environment.timers, authentication?.delayAfterFailure() ?? 0);
  }

  private problemAt(now: Millis): string | undefined {
    const { limits } = this.options;
    const { partialSince, unsentSince } = this;
    if (this.frames === 0 && now - this.startedAt >= limits.firstRequestMs)
      return `No request came within ${limits.firstRequestMs} ms.`;
    if (!this.isKnown && now - this.startedAt >= limits.authenticationMs)
      return `The client has not said who it is within ${limits.authenticationMs} ms.`;
    if (this.isReading && partialSince !== undefined && now - partialSince >= limits.requestMs) {
      const expected = ((now - partialSince) / 1000) * limits.minBytesPerSecond;
      if (this.splitter.partialBytes < expected)
        return `${this.splitter.partialBytes} bytes of a request came in ${now - partialSince} ms, which is too slow.`;
    }
    if (unsentSince !== undefined && now - unsentSince >= limits.unsentMs)
      return `${this.pipe.unsentBytes} bytes of answers were not read within ${limits.unsentMs} ms.`;
    if (this.inFlight === 0 && now - this.activeAt >= limits.idleMs)
      return `Nothing was asked for ${limits.idleMs} ms.`;
    return undefined;
  }

  private fail(problem: string): void {
    this.pipe.close(true);
    this.finish(problem);
  }

  private finish(problem: string | undefined): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.options.budget.forget(this.resume);
    this.options.budget.leave();
    this.dropQueue();
    this.options.handler.disconnected(this.options.id);
    this.options.onEnd(problem);
  }

  private dropQueue(): void {
    for (const frame of this.queue.splice(0)) {
      this.options.budget.giveBack(frame.length);
      this.inFlight -= 1;
    }
  }
}

/** Who asked for no answer learns of an error by the end of the connection, as with Kafka. */
function refuseLoudly({ responses }: ResponseOf<'Produce'>): void {
  const failed = responses
    .flatMap(({ partitionResponses }) => partitionResponses)
    .find(({ errorCode }) => errorCode !== 0);
  if (failed !== undefined)
    throw new Error(`A Produce request that asked for no answer (acks 0) failed with error ${failed.errorCode}.`);
}
