import type { DroppedReason } from '../processor/task-context.js';

const rateWindowMs = 30_000;

/** What is counted of one task, under Kafka's names without the dashes. */
export interface TaskMetricValues {
  readonly processTotal: number;
  /** Records a second over the last 30 s. */
  readonly processRate: number;
  /** Milliseconds from taking a record until everything below it is done. */
  readonly processLatencyAvg: number;
  readonly processLatencyMax: number;
  readonly punctuateTotal: number;
  readonly commitTotal: number;
  readonly droppedRecordsTotal: number;
  readonly droppedRecords: Readonly<Partial<Record<DroppedReason, number>>>;
  /** How far behind stream time records came, in ms. */
  readonly recordLatenessAvg: number;
  readonly recordLatenessMax: number;
}

/** Counts what one task does. */
export class TaskMetrics {
  readonly #dropped = new Map<DroppedReason, number>();
  #processed = 0;
  #latencySum = 0;
  #latencyMax = 0;
  #latenessSum = 0;
  #latenessMax = 0;
  #punctuated = 0;
  #commits = 0;
  /** Records of the current and the last window, by whose weight the rate is read. */
  #window = { startMs: 0, count: 0, lastCount: 0 };

  processed(nowMs: number, latencyMs: number, latenessMs: number): void {
    this.#processed += 1;
    this.#latencySum += latencyMs;
    if (latencyMs > this.#latencyMax) this.#latencyMax = latencyMs;
    this.#latenessSum += latenessMs;
    if (latenessMs > this.#latenessMax) this.#latenessMax = latenessMs;
    this.#roll(nowMs);
    this.#window.count += 1;
  }

  dropped(reason: DroppedReason): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
  }

  punctuated(): void {
    this.#punctuated += 1;
  }

  committed(): void {
    this.#commits += 1;
  }

  values(nowMs: number): TaskMetricValues {
    this.#roll(nowMs);
    const { startMs, count, lastCount } = this.#window;
    const elapsed = Math.min(nowMs - startMs, rateWindowMs);
    const inWindow = count + lastCount * (1 - elapsed / rateWindowMs);
    const total = this.#processed;
    return {
      processTotal: total,
      processRate: inWindow / (rateWindowMs / 1000),
      processLatencyAvg: total === 0 ? 0 : this.#latencySum / total,
      processLatencyMax: this.#latencyMax,
      punctuateTotal: this.#punctuated,
      commitTotal: this.#commits,
      droppedRecordsTotal: [...this.#dropped.values()].reduce((sum, each) => sum + each, 0),
      droppedRecords: Object.fromEntries(this.#dropped),
      recordLatenessAvg: total === 0 ? 0 : this.#latenessSum / total,
      recordLatenessMax: this.#latenessMax,
    };
  }

  #roll(nowMs: number): void {
    const past = nowMs - this.#window.startMs;
    if (past < rateWindowMs) return;
    const lastCount = past < 2 * rateWindowMs ? this.#window.count : 0;
    this.#window = { startMs: nowMs - (past % rateWindowMs), count: 0, lastCount };
  }
}
