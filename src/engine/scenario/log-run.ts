import type { Millis } from '../environment/environment.js';
import { MemoryStorage } from '../environment/memory-storage.js';
import type { Storage } from '../environment/storage.js';
import type { Environment, RecordedEvent } from '../environment/trace-events.js';
import { isWorthCleaning, lookAt } from '../log/cleaner/cleaning-plan.js';
import { cleanDirtiest } from '../log/cleaner/log-cleaner.js';
import { GroupCommit } from '../log/group-commit.js';
import { PartitionLog } from '../log/partition-log.js';
import { encodeBatch } from '../protocol/batch-encoder.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn } from '../protocol/record-batch.js';
import { World } from '../simulation/world.js';
import type { LogRunSpec, LogRunStep } from './log-run-spec.js';

/** When every run's world begins: virtual time has no other anchor. */
const worldStartMs = Date.UTC(2026, 0, 1);
/** From the start of the world to run time 0: the log is opened. */
const preparationMs: Millis = 10_000;
const dedupeBufferBytes = 1024 * 1024;
const readBytes = 1024 * 1024;

/**
 * A run of one partition's log on virtual time: a real log, retention and cleaner over a disk with delays. It is simulated only as far as it is
 * asked for; the trace is a pure function of the spec, whatever storage it runs on.
 */
export class LogRun {
  /** Run time 0, in milliseconds since the epoch. */
  readonly originMs = worldStartMs + preparationMs;
  private readonly environment: Environment;
  private readonly script: Environment;
  private readonly positions = new Map<string, number>();
  private log!: PartitionLog;
  private ended = false;

  private constructor(
    private readonly world: World,
    readonly spec: LogRunSpec,
  ) {
    this.environment = world.environment('broker');
    this.script = world.environment('script');
  }

  /** Opens the log and prepares the script. The options are those of `ScenarioRun.open`. */
  static async open(
    spec: LogRunSpec,
    options: { settle: () => Promise<void>; storage?: Storage | undefined; begun?: (run: LogRun) => void },
  ): Promise<LogRun> {
    const world = new World({ seed: spec.seed, settle: options.settle, startMs: worldStartMs });
    const run = new LogRun(world, spec);
    options.begun?.(run);
    const storage = world.storage(options.storage ?? new MemoryStorage());
    run.log = await world.outcome(
      PartitionLog.open({
        environment: run.environment,
        storage,
        groupCommit: new GroupCommit(storage),
        topic: spec.topic,
        partition: 0,
        config: spec.config,
        leaderEpoch: 0,
      }),
      preparationMs - 1,
    );
    run.prepare();
    await world.advanceTo(run.originMs - 1);
    return run;
  }

  /** Everything that happened so far, from the start of the world. */
  get trace(): readonly RecordedEvent[] {
    return this.world.trace;
  }

  /** Run time up to which the world is simulated; below 0 during preparation. */
  get reachedMs(): Millis {
    return this.world.now - this.originMs;
  }

  /** Nothing more will happen; the trace ends with the command `command:finished`. */
  get finished(): boolean {
    return this.ended;
  }

  /** Simulates up to run time `toMs`, or to the end. */
  async advanceTo(toMs: Millis): Promise<void> {
    if (!this.ended) await this.world.runUntil(() => this.ended, this.originMs + toMs);
  }

  private prepare(): void {
    const { script, retentionCheckMs, cleaner, endsAtMs } = this.spec;
    script.forEach((step, index) => this.at(step.atMs, () => this.carryOut(step, index)));
    if (retentionCheckMs !== undefined) this.every(0, retentionCheckMs, () => this.checkRetention());
    if (cleaner !== undefined) this.every(cleaner.firstMs, cleaner.everyMs, () => this.clean());
    this.at(endsAtMs, () => {
      this.ended = true;
      this.script.tracer.emit({ kind: 'command', id: 'command:finished', text: 'nothing more will happen' });
    });
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
        if (cleaned === undefined) return;
        const { endOffset, removed, bytesBefore, bytesAfter } = cleaned;
        environment.tracer.emit({
          kind: 'log-cleaned',
          cause: id,
          topic,
          partition,
          firstDirtyOffset,
          endOffset,
          removed,
          segments: log.segments.map(({ baseOffset, size }) => ({ baseOffset, sizeInBytes: size })),
          bytesBefore,
          bytesAfter,
        });
      }),
    );
  }

  private at(runMs: Millis, act: () => void): void {
    this.script.timers.set(Math.max(0, this.originMs + runMs - this.script.clock.now()), act);
  }

  private every(firstMs: Millis, everyMs: Millis, act: () => void): void {
    this.at(firstMs, () => {
      if (this.ended) return;
      act();
      this.every(firstMs + everyMs, everyMs, act);
    });
  }
}
