import { Broker } from '../../../src/engine/broker/broker.js';
import type { GivenSettings } from '../../../src/engine/broker/broker-config.js';
import { loadRegexEngine } from '../../../src/engine/broker/topic-regex.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { apis, type ApiName } from '../../../src/engine/protocol/apis.js';
import { encodeMessage } from '../../../src/engine/protocol/codec.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import { encodeRequestHeader, requestHeaderVersion } from '../../../src/engine/protocol/message-headers.js';
import type { StructValue } from '../../../src/engine/protocol/message-values.js';
import type { MessageSchema } from '../../../src/engine/protocol/schema.js';
import { FrameSplitter } from '../../../src/engine/wire/frame-splitter.js';
import { correlationIdOf, openResponse, sized } from '../../../src/engine/wire/frames.js';
import { defaultLimits } from '../../../src/engine/wire/limits.js';
import { RequestBudget } from '../../../src/engine/wire/request-budget.js';
import { ServerSession } from '../../../src/engine/wire/server-session.js';
import { MemoryPipe } from '../wire/memory-pipe.js';
import { ManualEnvironment } from './manual-environment.js';

/** A request of a transcript: `encodedAs` is the version of its body where that is another than the one it names. */
export interface PlayedCall {
  readonly api: ApiName;
  readonly version: number;
  readonly encodedAs?: number;
  readonly clientId: string;
}

export interface PlayedConnection {
  /** Rejects when the connection is closed. */
  send(call: PlayedCall, request: StructValue): Promise<StructValue>;
  close(): void;
}

/** A broker of its own for a transcript, with the time that passes around it. */
export interface PlayedBroker {
  connect(): Promise<PlayedConnection>;
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export type StartBroker = (config: GivenSettings) => Promise<PlayedBroker>;

const address = { host: 'localhost', port: 9092 };

/** Requests and answers are handed over as they are in memory. */
export const inProcess: StartBroker = (config) =>
  started(config, (broker, environment) => {
    const network = new InProcessNetwork({ environment, brokers: [{ address, handler: broker }] });
    return async () => {
      const connection = await network.connect(address);
      return {
        send: async ({ encodedAs: _, ...call }, request) => connection.send(call, request),
        close: () => connection.close(),
      };
    };
  });

/** Requests and answers are bytes. */
export const overTheWire: StartBroker = (config) =>
  started(config, (broker, environment) => {
    const budget = new RequestBudget(defaultLimits.maxQueuedBytes);
    let connections = 0;
    return async () => {
      const pipe = new AnsweringPipe();
      const options = { environment, handler: broker, limits: defaultLimits, budget, onEnd: () => pipe.close() };
      const session = new ServerSession({ ...options, id: `played-${connections++}` }, pipe);
      return {
        send: (call, request) => {
          const answer = pipe.answerTo(call);
          session.receive(frameOf(call, pipe.sent, request));
          return answer;
        },
        close: () => session.ended(),
      };
    };
  });

async function started(
  config: GivenSettings,
  connector: (broker: RequestHandler, environment: ManualEnvironment) => PlayedBroker['connect'],
): Promise<PlayedBroker> {
  const environment = new ManualEnvironment();
  const regexes = await loadRegexEngine();
  const broker = await Broker.start(environment, {
    storage: new MemoryStorage(),
    advertised: address,
    config,
    loadRegexes: () => Promise.resolve(regexes),
  });
  return {
    connect: connector(broker, environment),
    pass: (ms) => environment.pass(ms),
    stop: () => broker.stop(),
  };
}

/** A request with its length, its header and its body in a version of its own. */
export function frameOf(
  { api, version, encodedAs = version, clientId }: PlayedCall,
  correlationId: number,
  request: StructValue,
): Uint8Array {
  const header = encodeRequestHeader(requestHeaderVersion(apis[api], encodedAs), {
    requestApiKey: apis[api].key,
    requestApiVersion: version,
    correlationId,
    clientId,
  });
  return sized(Buffer.concat([header, encodeMessage(apis[api].request as MessageSchema, encodedAs, request)]));
}

interface Waiting {
  readonly call: PlayedCall;
  readonly resolve: (response: StructValue) => void;
  readonly reject: (error: Error) => void;
}

/** Who waits for which answer of a connection. */
export class AnswersInOrder {
  private readonly waiting = new Map<number, Waiting>();
  private isOver = false;
  sent = 0;

  answerTo(call: PlayedCall): Promise<StructValue> {
    this.sent++;
    if (this.isOver) return Promise.reject(new Error('The connection is closed.'));
    return new Promise((resolve, reject) => this.waiting.set(this.sent, { call, resolve, reject }));
  }

  /** A frame without its length. */
  take(frame: Uint8Array): void {
    const id = correlationIdOf(frame);
    const waiting = this.waiting.get(id);
    if (waiting === undefined) throw new Error(`Nobody asked for the answer ${id}.`);
    this.waiting.delete(id);
    waiting.resolve(openResponse(waiting.call.api, waiting.call.version, frame));
  }

  end(): void {
    this.isOver = true;
    for (const { reject } of this.waiting.values()) reject(new Error('The connection is closed.'));
    this.waiting.clear();
  }
}

class AnsweringPipe extends MemoryPipe {
  private readonly splitter = new FrameSplitter(() => 1 << 28, 0);
  private readonly answers = new AnswersInOrder();

  get sent(): number {
    return this.answers.sent;
  }

  answerTo(call: PlayedCall): Promise<StructValue> {
    return this.answers.answerTo(call);
  }

  override write(bytes: Uint8Array): void {
    for (const frame of this.splitter.push(bytes)) this.answers.take(frame);
  }

  override close(): void {
    super.close();
    this.answers.end();
  }
}
