import type { BrokerAddress } from '../protocol/connection.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { Backoff, type RetryOptions } from './backoff.js';
import { BrokerConnection, textOf, type ClientContext } from './broker-connection.js';
import { ClusterMetadata, type TopicMetadata } from './cluster-metadata.js';
import type { Lifetime } from './lifetime.js';

/**
 * What a connection is for. Answers come in the order of the requests: a Fetch that waits for records would hold up heartbeats, a JoinGroup that waits for
 * the others would hold up everything. So both get connections of their own (Kafka's client does that for the coordinator only).
 */
export type Purpose = 'requests' | 'fetch' | 'coordinator';

/** One client's view of the cluster: finds brokers by bootstrap and Metadata, keeps one connection to each, connects anew when one is gone. */
export class Cluster {
  readonly metadata = new ClusterMetadata();
  readonly #context: ClientContext;
  readonly #allowAutoTopicCreation: boolean;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  readonly #random;
  #refreshing: { readonly topics: readonly string[] | null; readonly done: Promise<TopicErrors> } | undefined;

  constructor(context: ClientContext, options: { readonly allowAutoTopicCreation: boolean }) {
    this.#context = context;
    this.#allowAutoTopicCreation = options.allowAutoTopicCreation;
    this.#random = context.environment.random.fork('cluster');
  }

  get context(): ClientContext {
    return this.#context;
  }

  get lifetime(): Lifetime {
    return this.#context.lifetime;
  }

  /** Finds a broker that answers. Retries, then rejects with what went wrong last. */
  async connect(): Promise<void> {
    await this.retry('connect to the cluster', () => this.refresh([]));
  }

  /** Ends the client's life: what waits is rejected, connections are closed. */
  disconnect(reason: KafkaError): void {
    this.lifetime.end(reason);
    for (const connecting of this.#connections.values()) {
      connecting.then(
        (connection) => connection.close(),
        () => undefined,
      );
    }
    this.#connections.clear();
  }

  /** The connection to a node for this purpose, opened if need be. Rejects if the node is unknown or does not answer. */
  async connectionTo(nodeId: number, purpose: Purpose = 'requests'): Promise<BrokerConnection> {
    const address = this.metadata.brokers.get(nodeId);
    if (address === undefined) {
      throw new KafkaError(
        'LEADER_NOT_AVAILABLE',
        `Node ${nodeId} is not among the brokers ${[...this.metadata.brokers.keys()].join(', ')}.`,
      );
    }
    return await this.connectionAt(address, purpose);
  }

  /** As `connectionTo`, by address. */
  async connectionAt(address: BrokerAddress, purpose: Purpose): Promise<BrokerConnection> {
    this.lifetime.check();
    const name = `${purpose} ${textOf(address)}`;
    const known = this.#connections.get(name);
    if (known !== undefined) {
      const connection = await known;
      if (!connection.isClosed) return connection;
      if (this.#connections.get(name) === known) this.#connections.delete(name);
      return await this.connectionAt(address, purpose);
    }
    const opening = BrokerConnection.open(this.#context, address);
    this.#connections.set(name, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#connections.get(name) === opening) this.#connections.delete(name);
      throw error;
    }
  }

  /** A connection to any broker: one that is open, else the first that answers, of those that Metadata and bootstrap name. */
  async anyConnection(): Promise<BrokerConnection> {
    const addresses = [...this.metadata.brokers.values(), ...this.#context.network.bootstrap];
    let lastError: unknown;
    for (const address of addresses) {
      try {
        return await this.connectionAt(address, 'requests');
      } catch (error) {
        this.lifetime.check();
        lastError = error;
      }
    }
    if (lastError instanceof KafkaError && !lastError.retriable) throw lastError;
    const why = lastError instanceof Error ? ` Of the last one: ${lastError.message}` : '';
    throw new KafkaError(
      'NETWORK_EXCEPTION',
      `None of ${addresses.map(textOf).join(', ') || 'no brokers'} could be reached. Check that a broker runs there.${why}`,
      { cause: lastError },
    );
  }

  /** A connection to the controller, else to any broker. */
  async controllerConnection(): Promise<BrokerConnection> {
    const { controllerId, brokers } = this.metadata;
    return brokers.has(controllerId) ? await this.connectionTo(controllerId) : await this.anyConnection();
  }

  /** Asks for the metadata of `topics`, all of them if null. Gives the errors of those that could not be told. No retries. */
  async refresh(topics: readonly string[] | null, allowAutoTopicCreation = false): Promise<TopicErrors> {
    const running = this.#refreshing;
    if (running !== undefined && covers(running.topics, topics)) return await running.done;
    const done = this.#askMetadata(topics, allowAutoTopicCreation);
    const mine = { topics, done };
    this.#refreshing = mine;
    try {
      return await done;
    } finally {
      if (this.#refreshing === mine) this.#refreshing = undefined;
    }
  }

  /**
   * The metadata of the topics, asked for until each of them is known. Rejects with UNKNOWN_TOPIC_OR_PARTITION and the like when the retries are
   * used up. May create topics if the client and the broker allow it.
   */
  async load(topics: readonly string[], options: { readonly retry?: RetryOptions } = {}): Promise<void> {
    await this.retry(
      `load the metadata of ${topics.join(', ')}`,
      async () => {
        const missing = topics.filter((topic) => !this.metadata.topics.has(topic));
        if (missing.length === 0) return;
        const errors = await this.refresh(missing, this.#allowAutoTopicCreation);
        for (const topic of missing) {
          if (this.metadata.topics.has(topic)) continue;
          throw topicError(topic, errors.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION');
        }
      },
      options.retry,
    );
  }

  /** Asks, with retries, for the metadata of those topics that are not known. It is no error if they don't exist. */
  async refreshMissing(topics: readonly string[]): Promise<void> {
    const missing = topics.filter((topic) => !this.metadata.topics.has(topic));
    if (missing.length > 0) await this.retry('load metadata', () => this.refresh(missing));
  }

  /** The topic's metadata. Throws if it has not been loaded. */
  topic(name: string): TopicMetadata {
    const topic = this.metadata.topics.get(name);
    if (topic === undefined) throw topicError(name, 'UNKNOWN_TOPIC_OR_PARTITION');
    return topic;
  }

  /** The node id of the partition's leader, or undefined if it is not known. */
  leaderOf(topic: string, partition: number): number | undefined {
    const leader = this.metadata.topics.get(topic)?.partitions[partition]?.leader;
    return leader === undefined || !this.metadata.brokers.has(leader) ? undefined : leader;
  }

  /** A new series of waits, by the client's retry options. */
  backoff(options: RetryOptions = this.#context.retry): Backoff {
    return new Backoff(this.#random, options);
  }

  /** Calls `attempt` until it succeeds, fails with an error that is not retriable, or the retries are used up: then the last error is thrown. */
  async retry<Value>(
    purpose: string,
    attempt: () => Promise<Value>,
    options: RetryOptions = this.#context.retry,
  ): Promise<Value> {
    const backoff = this.backoff(options);
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        this.lifetime.check();
        if (!(error instanceof KafkaError) || !error.retriable || backoff.isExhausted) throw error;
        this.#context.logger.debug(`Could not ${purpose}; trying again.`, { error: error.message });
        await this.lifetime.sleep(backoff.next());
      }
    }
  }

  async #askMetadata(topics: readonly string[] | null, allowAutoTopicCreation: boolean): Promise<TopicErrors> {
    const connection = await this.anyConnection();
    const response = await connection.send('Metadata', (version) => ({
      // In version 0 an empty list asks for all; there is no way to ask for none.
      topics: version === 0 ? (topics ?? []).map((name) => ({ name })) : (topics?.map((name) => ({ name })) ?? null),
      ...(version >= 4 ? { allowAutoTopicCreation } : {}),
    }));
    const errors = this.metadata.update(response, this.#context.environment.clock.now());
    if (topics === null) this.metadata.keepOnly(new Set(response.topics.map(({ name }) => name ?? '')));
    return errors;
  }
}

/** Why topics could not be told, by name. */
export type TopicErrors = ReadonlyMap<string, ErrorName>;

function covers(running: readonly string[] | null, wanted: readonly string[] | null): boolean {
  if (running === null) return true;
  return wanted !== null && wanted.every((topic) => running.includes(topic));
}

function topicError(topic: string, code: ErrorName): KafkaError {
  const advice =
    code === 'UNKNOWN_TOPIC_OR_PARTITION'
      ? 'Create it first, or allow topics to be created when they are first used.'
      : 'Try again later.';
  return new KafkaError(code, `Topic ${topic}: ${code}. ${advice}`);
}
