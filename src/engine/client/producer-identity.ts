import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Cluster } from './cluster.js';

/** Who an idempotent producer is to the brokers. Each epoch numbers its batches from 0. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

/** The last epoch that a producer id can have: an int16. */
const lastEpoch = 0x7fff;
/** Without transactions the timeout means nothing; Kafka's producer sends the largest. */
const noTransactionTimeoutMs = 0x7fff_ffff;

/** Gets a producer its id, and raises its epoch (the part of Kafka's `TransactionManager` that an idempotent producer needs). */
export class ProducerIdentities {
  readonly #cluster: Cluster;
  readonly #onChange: (failure?: KafkaError) => void;
  #current: ProducerIdentity | undefined;
  #obtaining = false;

  /** `onChange` is called when there is a new identity, or none can be had. */
  constructor(cluster: Cluster, onChange: (failure?: KafkaError) => void) {
    this.#cluster = cluster;
    this.#onChange = onChange;
  }

  /** Undefined while there is none: ask for one with `obtain`. */
  get current(): ProducerIdentity | undefined {
    return this.#current;
  }

  /** Asks a broker for a new id, unless that is under way or there is one. */
  obtain(): void {
    if (this.#obtaining || this.#current !== undefined) return;
    this.#obtaining = true;
    const { context } = this.#cluster;
    const retry = { ...context.retry, retries: Infinity };
    void this.#cluster
      .retry('get a producer id', () => this.#ask(), retry)
      .then(
        (identity) => {
          this.#obtaining = false;
          this.#current = identity;
          this.#onChange();
        },
        (error: unknown) => {
          this.#obtaining = false;
          if (!context.lifetime.isOver) this.#onChange(error as KafkaError);
        },
      );
  }

  /** Begins the next epoch: batches of the one before are refused once one of it is stored. Undefined after the last one, until another id is there. */
  raiseEpoch(): ProducerIdentity | undefined {
    if (this.#current === undefined) return undefined;
    const { producerId, epoch } = this.#current;
    this.#current = epoch < lastEpoch ? { producerId, epoch: epoch + 1 } : undefined;
    this.obtain();
    return this.#current;
  }

  async #ask(): Promise<ProducerIdentity> {
    const connection = await this.#cluster.anyConnection();
    const { errorCode, producerId, producerEpoch } = await connection.send('InitProducerId', {
      transactionalId: null,
      transactionTimeoutMs: noTransactionTimeoutMs,
    });
    if (errorCode === 0) return { producerId, epoch: producerEpoch };
    const { name, message } = errorByCode(errorCode);
    throw new KafkaError(name, `The broker gave no producer id: ${message}`);
  }
}
