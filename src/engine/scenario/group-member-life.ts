import type { Consumer } from '../client/consumer.js';
import type { Kafka } from '../client/kafka.js';
import { sleep, type Millis } from '../environment/environment.js';
import type { Environment, Tracer } from '../environment/trace-events.js';
import { toErrorData } from '../protocol/kafka-error.js';
import type { RunGroup, RunMember } from './group-run-spec.js';
import { openPolledConsumer, poll, type PolledRecord } from './polled-consumer.js';

export interface MemberLifeOptions {
  readonly environment: Environment;
  readonly kafka: Kafka;
  readonly group: RunGroup;
  readonly member: RunMember;
  /** The command that started it. */
  readonly cause: string;
  /** Whether it is the first process of this member. */
  readonly isFirst: boolean;
  /** How long the record with this value takes. */
  readonly handlingMs: (value: string) => Millis;
  /** Ends the member's process from one event to the next. */
  readonly die: () => void;
  /** Speaks for a process that is dead. */
  readonly tracer: Tracer;
}

/**
 * One life of a member's process: the loop of a textbook consumer, which polls, handles one record after the other and commits as its group says. A commit
 * that is refused is told, and the loop goes on; an error of the poll ends the process.
 */
export class GroupMemberLife {
  private over = false;
  private stopping: string | undefined;
  private handled = 0;
  private consumer: Consumer | undefined;
  private readonly seeks = new Map<number, number>();

  constructor(private readonly options: MemberLifeOptions) {}

  get isOver(): boolean {
    return this.over;
  }

  /** Runs until it is stopped, or fails; never settles if its process is killed. */
  async run(): Promise<void> {
    const { environment, kafka, group, member, cause } = this.options;
    environment.tracer.emit({ kind: 'application-started', cause, client: member.member, group: group.group });
    try {
      this.consumer = await openPolledConsumer(kafka, group, member);
      await this.loop(this.consumer);
      await this.consumer.disconnect();
      this.ended('stopped');
    } catch (error) {
      if (this.over) return;
      // The consumer of a program that ends with an exception is closed by its `finally`.
      await this.consumer?.disconnect().catch(() => undefined);
      this.ended('failed', error);
    }
  }

  /** Lets it finish the record that it has in hand, commit what is handled and close its consumer. */
  stop(cause: string): void {
    this.stopping = cause;
    this.consumer?.wakeup();
  }

  crash(cause: string): void {
    if (this.over) return;
    this.options.die();
    this.ended('crashed', undefined, cause);
  }

  /** Reads on at `offset` before its next poll. */
  seek(partition: number, offset: number): void {
    this.seeks.set(partition, offset);
  }

  private async loop(consumer: Consumer): Promise<void> {
    const { group } = this.options;
    while (this.stopping === undefined) {
      for (const [partition, offset] of this.seeks)
        consumer.seek({ topic: group.topic, partition, offset: String(offset) });
      this.seeks.clear();
      const records = await poll(consumer);
      if (group.commits === 'before-handling') await this.commit(consumer, records);
      const handled = await this.handleAll(consumer, records);
      if (group.commits === 'after-handling') await this.commit(consumer, handled);
    }
  }

  /** Handles records until it is told to stop; gives those that it has handled. */
  private async handleAll(consumer: Consumer, records: readonly PolledRecord[]): Promise<readonly PolledRecord[]> {
    const handled: PolledRecord[] = [];
    for (const record of records) {
      if (this.stopping !== undefined) break;
      await this.handle(record);
      handled.push(record);
      if (++this.handled === this.crashesAfter) {
        this.crash(this.options.cause);
        await new Promise(() => {}); // A dead process does nothing more.
      }
      if (this.options.group.commits === 'each') await this.commit(consumer, [record]);
    }
    return handled;
  }

  private get crashesAfter(): number | undefined {
    return this.options.isFirst ? this.options.member.crashesAfter : undefined;
  }

  private async handle(record: PolledRecord): Promise<void> {
    const { environment, group, member, handlingMs } = this.options;
    const { topic, partition, offset, value } = record;
    const about = { client: member.member, group: group.group, topic, partition, offset };
    environment.tracer.emit({ kind: 'handling-begun', ...about });
    await sleep(environment.timers, handlingMs(value));
    environment.tracer.emit({ kind: 'handling-ended', ...about });
  }

  /** Commits the offsets after these records; that it is refused is told. */
  private async commit(consumer: Consumer, records: readonly PolledRecord[]): Promise<void> {
    if (records.length === 0) return;
    const next = new Map<number, number>();
    for (const { partition, offset } of records) next.set(partition, offset + 1);
    const { environment, group, member } = this.options;
    const offsets = [...next].map(([partition, offset]) => ({ topic: group.topic, partition, offset }));
    try {
      await consumer.commitSync(offsets.map((each) => ({ ...each, offset: String(each.offset) })));
    } catch (error) {
      const { code, message } = toErrorData(error);
      const about = { client: member.member, group: group.group, error: { code, message }, offsets };
      environment.tracer.emit({ kind: 'commit-refused', ...about });
    }
  }

  private ended(end: 'stopped' | 'crashed' | 'failed', error?: unknown, cause = this.stopping): void {
    const { group, member, tracer } = this.options;
    const data = error === undefined ? undefined : toErrorData(error);
    this.over = true;
    tracer.emit({
      kind: 'application-ended',
      client: member.member,
      group: group.group,
      end,
      ...(cause === undefined ? {} : { cause }),
      ...(data === undefined ? {} : { error: { code: data.code, message: data.message } }),
    });
  }
}
