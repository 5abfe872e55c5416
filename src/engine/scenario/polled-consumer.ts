import type { Consumer } from '../client/consumer.js';
import type { EachBatchPayload } from '../client/delivery.js';
import type { Kafka } from '../client/kafka.js';
import type { RunGroup, RunMember } from './group-run-spec.js';

export interface PolledRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** What a member's loop asks of its consumer. */
export class PolledConsumer {
  private waiting: ((records: readonly PolledRecord[]) => void) | undefined;
  private offered: { readonly records: readonly PolledRecord[]; readonly done: () => void } | undefined;
  private failure: Error | undefined;
  private fail: ((error: Error) => void) | undefined;

  constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
  ) {}

  async start(): Promise<void> {
    this.consumer.on('consumer.crash', ({ payload }) => {
      this.failure = payload.error;
      this.fail?.(payload.error);
    });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.offer(payload),
    });
  }

  private offer({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const records = batch.messages.map(({ offset, value }) => ({
      topic,
      partition,
      offset: Number(offset),
      value: new TextDecoder().decode(value ?? new Uint8Array()),
    }));
    return new Promise((resolve) => {
      this.offered = {
        records,
        done: () => {
          resolveOffset(String(records.at(-1)?.offset));
          resolve();
        },
      };
      this.waiting?.(records);
      this.waiting = undefined;
    });
  }

  poll(): Promise<readonly PolledRecord[]> {
    this.offered?.done();
    this.offered = undefined;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting = resolve;
      this.fail = reject;
    });
  }

  wakeUp(): void {
    this.waiting?.([]);
    this.waiting = undefined;
  }

  seek(partition: number, offset: number): void {
    this.consumer.seek({ topic: this.topic, partition, offset: String(offset) });
  }

  async commit(offsets: readonly { topic: string; partition: number; offset: number }[]): Promise<void> {
    await this.consumer.commitOffsets(offsets.map((each) => ({ ...each, offset: String(each.offset) })));
  }

  async close(): Promise<void> {
    this.offered?.done();
    await this.consumer.disconnect();
  }
}

export async function openPolledConsumer(kafka: Kafka, group: RunGroup, member: RunMember): Promise<PolledConsumer> {
  const consumer = kafka.consumer({
    groupId: group.group,
    autoOffsetReset: group.autoOffsetReset === 'earliest' ? 'earliest' : 'latest',
    sessionTimeout: group.sessionTimeoutMs ?? 45_000,
    heartbeatInterval: group.heartbeatIntervalMs ?? 3_000,
    ...(member.instanceId === undefined ? {} : { groupInstanceId: member.instanceId }),
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [group.topic] });
  const polled = new PolledConsumer(consumer, group.topic);
  await polled.start();
  return polled;
}
