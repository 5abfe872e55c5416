import type { Millis } from '../environment/environment.js';
import type { Storage } from '../environment/storage.js';
import { isWorthCleaning, lookAt } from '../log/cleaner/cleaning-plan.js';
import { cleanDirtiest, cleanedEvent } from '../log/cleaner/log-cleaner.js';
import { GroupCommit } from '../log/group-commit.js';
import { PartitionLog } from '../log/partition-log.js';
import { encodeBatch } from '../protocol/batch-encoder.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn } from '../protocol/record-batch.js';
import type { LogRunSpec, LogRunStep } from './log-run-spec.js';
import { VirtualRun, type RunOptions } from './virtual-run.js';

const dedupeBufferBytes = 1024 * 1024;
const readBytes = 1024 * 1024;

/**
 * A run of one partition's log on virtual time: a real log, retention and cleaner over a disk with delays. It is simulated only as far as it is
 * asked for; the trace is a pure function of the spec, whatever storage it runs on.
 */
export class LogRun extends VirtualRun<LogRunSpec> {
  private readonly environment = this.world.environment('broker');
  private readonly positions = new Map<string, number>();
  private log!: PartitionLog;

  private constructor(spec: LogRunSpec, settle: () => Promise<void>) {
    super(spec, settle);
  }

  /** Opens the log and prepares the script. */
  static async open(spec: LogRunSpec, options: RunOptions<LogRun>): Promise<LogRun> {
    return await VirtualRun.begin(new LogRun(spec, options.settle), options);
  }

  protected async prepare(storage: Storage): Promise<void> {
    const { topic, config, script, retentionCheckMs, cleaner, endsAtMs } = this.spec;
    this.log = await PartitionLog.open({
      environment: this.environment,
      storage,
      groupCommit: new GroupCommit(storage),
      topic,
      partition: 0,
      config,
      leaderEpoch: 0,
    });
    script.forEach((step, index) => this.at(step.atMs, () => this.carryOut(step, index)));
    if (retentionCheckMs !== undefined) this.every(0, retentionCheckMs, () => this.checkRetention());
    if (cleaner !== undefined) this.every(cleaner.firstMs, cleaner.everyMs, () => this.clean());
    this.at(endsAtMs, () => this.finish());
  }

  private carryOut(step: LogRunStep, index: number): void {
    if (step.does === 'roll') this.log.roll();
    else if (step.does === 'read') this.world.watch(this.read(step, index));
    else this.append(step, index);
  }

  private append(step: Extract<LogRunStep, { does: 'append' }>, index: number): void {
    const id = `command:script-${index}`;
    this.script.tracer.emit({ kind: 'command', id, text: 'append a record', args: { step: index } });
    const encoder = new TextEncoder();
    const bytes = encodeBatch({
      records: [
        {
          key: step.key === null ? null : encoder.encode(step.key),
          value: step.value === null ? null : encoder.encode(step.value),
          timestamp: this.originMs + (step.timestampMs ?? step.atMs),
        },
      ],
    });
    this.world.watch(this.log.append(bytes, { durability: 'relaxed', cause: id }).durable);
  }

  /** Reads on from where the reader stands; out of range, it stays there and is told so. */
  private async read(step: Extract<LogRunStep, { does: 'read' }>, index: number): Promise<void> {
    const { reader } = step;
    const from = step.offset ?? this.positions.get(reader) ?? this.log.logStartOffset;
    const next = await this.nextAfter(from);
    this.positions.set(reader, next ?? from);
    this.script.tracer.emit({
      kind: 'command',
      id: `command:script-${index}`,
      text: next === undefined ? 'OFFSET_OUT_OF_RANGE' : 'read from the log',
      args: { step: index, reader, from, next: next ?? null },
    });
  }

  private async nextAfter(from: number): Promise<number | undefined> {
    try {
      let next = from;
      for (const { header } of batchesIn(await this.log.read(from, readBytes))) next = header.lastOffset + 1;
      return next;
    } catch (error) {
      if (error instanceof KafkaError && error.code === 'OFFSET_OUT_OF_RANGE') return undefined;
      throw error;
    }
  }

  private checkRetention(): void {
    const { count, durable } = this.log.deleteOldSegments();
    this.environment.tracer.emit({ kind: 'retention-checked', deletedSegments: count });
    this.world.watch(durable);
  }

  private clean(): void {
    const { log, environment } = this;
    const now = environment.clock.now();
    const id = `clean:${now - this.originMs}`;
    const { topic, partition } = log;
    const look = lookAt(log, now);
    const { firstDirtyOffset, firstUncleanableOffset, cleanableRatio = 0 } = look;
    const isChosen = isWorthCleaning(look);
    environment.tracer.emit({
      kind: 'cleaner-checked',
      id,
      topic,
      partition,
      firstDirtyOffset,
      firstUncleanableOffset,
      cleanableRatio,
      isChosen,
    });
    this.world.watch(
      cleanDirtiest([log], { dedupeBufferBytes, now: () => now }).then(({ cleaned }) => {
        if (cleaned !== undefined) environment.tracer.emit(cleanedEvent(cleaned, id));
      }),
    );
  }

  private every(firstMs: Millis, everyMs: Millis, act: () => void): void {
    this.at(firstMs, () => {
      if (this.finished) return;
      act();
      this.every(firstMs + everyMs, everyMs, act);
    });
  }
}
