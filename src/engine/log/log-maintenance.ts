import type { Millis, TimerHandle } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { CleanableLog } from './cleaner/cleanable-log.js';
import { cleanDirtiest, cleanedEvent } from './cleaner/log-cleaner.js';
import type { PartitionLog } from './partition-log.js';

/** The broker's settings for the upkeep of its logs, by Kafka's names, as they are at the moment. Times are in milliseconds. */
export interface MaintenanceSettings {
  readonly 'log.initial.task.delay.ms': Millis;
  readonly 'log.retention.check.interval.ms': Millis;
  readonly 'log.cleaner.enable': boolean;
  readonly 'log.cleaner.backoff.ms': Millis;
  readonly 'log.cleaner.dedupe.buffer.size': number;
  readonly 'producer.id.expiration.check.interval.ms': Millis;
}

/** The logs that are open at the moment. */
export interface OpenLogs {
  readonly opened: Iterable<PartitionLog>;
}

/**
 * Looks after logs from time to time: retention, compaction, and producers that have gone quiet (Kafka's `LogManager.startup` and `LogCleaner`). A log at which
 * something fails is left alone until the next time; one whose cleaning fails is not cleaned again (it is "uncleanable", as in Kafka).
 */
export class LogMaintenance {
  private readonly timers = new Set<TimerHandle>();
  private readonly uncleanable = new Set<CleanableLog>();
  private cleaning: Promise<boolean> | undefined;
  private isStopped = false;

  constructor(
    private readonly environment: Environment,
    private readonly logs: OpenLogs,
    private readonly settings: MaintenanceSettings,
  ) {}

  /** Begins: retention after its initial delay, the cleaner after its pause. */
  start(): void {
    const { settings } = this;
    const checkMs = () => settings['log.retention.check.interval.ms'];
    this.every(settings['log.initial.task.delay.ms'], checkMs, () => void this.runRetention());
    const expireMs = () => settings['producer.id.expiration.check.interval.ms'];
    this.every(expireMs(), expireMs, () => {
      for (const log of this.logs.opened) log.expireProducers();
    });
    if (settings['log.cleaner.enable']) {
      const backoffMs = () => settings['log.cleaner.backoff.ms'];
      this.every(backoffMs(), backoffMs, () => void this.cleanAll());
    }
  }

  /** Ends; resolves when a cleaning that is under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
    await this.cleaning;
  }

  /** Deletes what retention lets go, in every log; resolves with the number of segments when that is durable. Logs that are compacted only keep theirs. */
  async runRetention(): Promise<number> {
    let deletedSegments = 0;
    const durable: Promise<void>[] = [];
    for (const log of this.logs.opened) {
      try {
        const deleted = log.deleteOldSegments();
        deletedSegments += deleted.count;
        durable.push(deleted.durable);
      } catch (error) {
        // It was closed or deleted just now.
        if (!(error instanceof KafkaError)) throw error;
      }
    }
    this.environment.tracer.emit({ kind: 'retention-checked', deletedSegments });
    await Promise.allSettled(durable);
    return deletedSegments;
  }

  /** Space is running out: deletes what retention lets go, and the files of what it has let go before, whose time has not come yet. */
  async makeSpace(): Promise<void> {
    await this.runRetention();
    for (const log of this.logs.opened) log.releaseDeleted();
  }

  /** One turn of the cleaner: cleans the log that needs it most, if one does. Resolves with whether one did. */
  async runCleaner(): Promise<boolean> {
    this.cleaning ??= this.cleanOne().finally(() => (this.cleaning = undefined));
    return this.cleaning;
  }

  private async cleanAll(): Promise<void> {
    while (!this.isStopped && (await this.runCleaner()));
  }

  private async cleanOne(): Promise<boolean> {
    const { environment, settings } = this;
    const logs = [...this.logs.opened].filter((log) => !this.uncleanable.has(log));
    const turn = await cleanDirtiest(logs, {
      dedupeBufferBytes: settings['log.cleaner.dedupe.buffer.size'],
      now: () => environment.clock.now(),
      looked: ({ log: { topic, partition }, firstDirtyOffset, firstUncleanableOffset, cleanableRatio }, isChosen) =>
        environment.tracer.emit({
          kind: 'cleaner-checked',
          topic,
          partition,
          firstDirtyOffset,
          firstUncleanableOffset,
          cleanableRatio: cleanableRatio ?? 0,
          isChosen,
        }),
      failed: (log) => this.uncleanable.add(log),
    });
    if (turn.cleaned === undefined) return false;
    environment.tracer.emit(cleanedEvent(turn.cleaned));
    return true;
  }

  /** Runs after `firstMs`, then each time after what `everyMs` says by then. */
  private every(firstMs: Millis, everyMs: () => Millis, run: () => void): void {
    const timer = this.environment.timers.set(firstMs, () => {
      this.timers.delete(timer);
      if (this.isStopped) return;
      this.every(everyMs(), everyMs, run);
      run();
    });
    this.timers.add(timer);
  }
}
