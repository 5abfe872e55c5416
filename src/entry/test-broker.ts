import { webcrypto } from 'node:crypto';
import type { Socket } from 'node:net';
import { silentTracer } from '../engine/environment/trace-events.js';
import { MemorySocket } from '../engine/platform/node/memory-socket.js';
import { MovingEnvironment } from '../engine/platform/node/moving-environment.js';
import { apis, type ApiName, type RequestOf, type ResponseOf } from '../engine/protocol/apis.js';
import { errorByCode, type ErrorName } from '../engine/protocol/errors.js';
import { KafkaError } from '../engine/protocol/kafka-error.js';
import { defaultLimits } from '../engine/wire/limits.js';
import { RequestBudget } from '../engine/wire/request-budget.js';
import { webHashing } from '../engine/wire/sasl/hashing.js';
import { UserStore } from '../engine/wire/sasl/user-store.js';
import { ServerSession } from '../engine/wire/server-session.js';
import { FaultPlan, type LoggedRequest } from './fault-plan.js';
import {
  exportTopics,
  importTopics,
  type ExportOptions,
  type ImportOptions,
  type ImportReport,
  type ImportSource,
} from './topic-transfer.js';
import { NodeBroker, type NodeBrokerOptions } from './node-broker.js';

/** A topic that is there from the start. */
export interface TestTopic {
  /** Its name. */
  readonly topic: string;
  /** 1 by default. */
  readonly numPartitions?: number;
  /** By Kafka's names. */
  readonly configs?: Readonly<Record<string, string>>;
}

/** How to start a broker for tests. All fields may be left out. */
export interface TestBrokerOptions extends NodeBrokerOptions {
  /** Topics, or names of topics with one partition. */
  readonly topics?: readonly (string | TestTopic)[];
}

/**
 * A broker for tests, in this process, on a free port of this machine. Its profile is `test`: rebalances do not wait. Its clock goes on by itself and can be moved
 * forward.
 */
export class TestBroker {
  private sockets = 0;
  private readonly budget = new RequestBudget(defaultLimits.maxQueuedBytes);

  private constructor(
    private readonly environment: MovingEnvironment,
    private readonly node: NodeBroker,
    private readonly plan: FaultPlan,
    private readonly users: UserStore | undefined,
  ) {}

  static async start(options: TestBrokerOptions = {}): Promise<TestBroker> {
    const environment = new MovingEnvironment(silentTracer);
    let plan: FaultPlan | undefined;
    const node = await NodeBroker.start(
      environment,
      { profile: 'test', ...options },
      (broker) => (plan = new FaultPlan(environment.timers, broker)),
    );
    const users = options.users && (await UserStore.of(webHashing(webcrypto as Crypto), options.users));
    const broker = new TestBroker(environment, node, plan as unknown as FaultPlan, users);
    try {
      await broker.createTopics(options.topics ?? []);
    } catch (error) {
      await broker.close();
      throw error;
    }
    return broker;
  }

  /** Where clients begin: `host:port`. */
  get bootstrap(): string {
    const { host, port } = this.node.advertised;
    return `${host}:${port}`;
  }

  /** The host of `bootstrap`. */
  get host(): string {
    return this.node.advertised.host;
  }

  /** The port of `bootstrap`. */
  get port(): number {
    return this.node.advertised.port;
  }

  /** For KafkaJS's `socketFactory`: its connections end in this process, without any port. */
  readonly socketFactory = ({ onConnect }: { readonly onConnect: () => void }): Socket => {
    const socket = new MemorySocket(
      (pipe) =>
        new ServerSession(
          {
            id: `memory-${this.sockets++}`,
            environment: this.environment,
            handler: this.plan,
            limits: defaultLimits,
            budget: this.budget,
            ...(this.users && {
              authentication: {
                hashing: webHashing(webcrypto as Crypto),
                users: this.users,
                mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'],
                delayAfterFailure: () => 0,
              },
            }),
            onEnd: () => undefined,
          },
          pipe,
        ),
    );
    socket.once('connect', onConnect);
    return socket as unknown as Socket;
  };

  /** Every request since the start, or since they were cleared, oldest first. */
  get requests(): readonly LoggedRequest[] {
    return this.plan.requests;
  }

  /** The requests of one API. */
  requestsOf(api: ApiName): readonly LoggedRequest[] {
    return this.plan.requests.filter((request) => request.api === api);
  }

  /** Forgets the requests so far. */
  clearRequests(): void {
    this.plan.requests.length = 0;
  }

  /** The next `times` requests of this API fail: everything in them gets this error, and nothing is carried out. */
  fail(api: ApiName, error: ErrorName, times = 1): void {
    this.plan.add(api, { kind: 'fail', error }, times);
  }

  /** The next `times` requests of this API wait before they are handled. */
  delay(api: ApiName, ms: number, times = 1): void {
    this.plan.add(api, { kind: 'delay', ms }, times);
  }

  /** The next `times` requests, of this API if one is named, are not answered: their connection ends. */
  drop(api?: ApiName, times = 1): void {
    this.plan.add(api, { kind: 'drop' }, times);
  }

  /** Ends every connection at once, as a crash would. */
  dropConnections(): void {
    this.node.server.dropConnections();
  }

  /** Takes back every fault that is still to come. */
  clearFaults(): void {
    this.plan.clear();
  }

  /** Lets time pass in a moment: sessions expire, retention lets go, waits end. */
  advance(ms: number): Promise<void> {
    return this.environment.advance(ms);
  }

  /** Removes a member from its group, as if it had been silent for too long; it learns of that by its next heartbeat. */
  async expireMember(groupId: string, memberId: string): Promise<void> {
    const { members, errorCode } = await this.ask('LeaveGroup', { groupId, members: [{ memberId }] });
    const code = errorCode !== 0 ? errorCode : (members[0]?.errorCode ?? 0);
    if (code !== 0) {
      const { name, message } = errorByCode(code);
      throw new KafkaError(name, `${memberId} can't be removed from ${groupId}: ${message}`);
    }
  }

  /** Creates topics, each with one partition unless it says otherwise. */
  async createTopics(topics: readonly (string | TestTopic)[]): Promise<void> {
    if (topics.length === 0) return;
    const wanted = topics.map((topic) => (typeof topic === 'string' ? { topic } : topic));
    const { topics: created } = await this.ask('CreateTopics', {
      topics: wanted.map(({ topic, numPartitions = 1, configs = {} }: TestTopic) => ({
        name: topic,
        numPartitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      })),
      timeoutMs: 30_000,
    });
    for (const { name, errorCode, errorMessage } of created)
      if (errorCode !== 0)
        throw new KafkaError(errorByCode(errorCode).name, `The topic ${name} was not created: ${errorMessage}`);
  }

  /** Exports topics as a stream of the bytes of one file: records, configs, and what groups have committed. Rejects, or the stream fails, with an `ArchiveError`. */
  exportTopics(options: ExportOptions = {}): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return exportTopics(this.node.broker, options);
  }

  /** Imports what was exported, here or in a browser: all of it, or nothing if something is wrong. Rejects with an `ArchiveError` that says what, and where in the file. */
  importTopics(source: ImportSource, options: ImportOptions = {}): Promise<ImportReport> {
    return importTopics(this.node.broker, source, options);
  }

  /** Ends it, and all connections with it. */
  async close(): Promise<void> {
    await this.node.stop(200);
  }

  /** Asks the broker itself, past log and faults. */
  private ask<Api extends ApiName>(api: Api, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    const version = apis[api].advertisedVersions.max;
    return this.node.broker.handle(
      { connectionId: 'test', requestId: 'command:test' },
      { api, version, clientId: 'test' },
      request,
    );
  }
}
