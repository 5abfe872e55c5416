import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { parseSegmentFile } from '../../../src/engine/log/file-names.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';
import { bytesOf, goldenLines } from '../protocol/golden.js';
import { openOrders } from './log-builder.js';

/** A script that a real Kafka's log played, and what came of it. Only the fields that are compared. */
interface Script {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Failure {
  readonly error?: { readonly code: string };
}

interface State {
  readonly logEndOffset?: number;
  readonly highWatermark?: number;
  /** A number stands for a segment that is as it was. */
  readonly segments?: readonly (number | { readonly baseOffset: number; readonly sizeInBytes: number })[];
}

type Step =
  | {
      readonly op: 'append';
      readonly args: { readonly batch: string; readonly keepHighWatermark?: boolean };
      readonly result: Failure & { readonly firstOffset?: number; readonly lastOffset?: number };
      readonly state?: State;
    }
  | {
      readonly op: 'read';
      readonly args: {
        readonly offset: number;
        readonly maxBytes: number;
        readonly minOneMessage: boolean;
        readonly isolation: 'HIGH_WATERMARK' | 'LOG_END';
      };
      readonly result: Failure & { readonly batches?: readonly (readonly [number, number])[] };
    }
  | {
      readonly op: 'offsetForTimestamp';
      readonly args: { readonly timestamp: number };
      readonly result: { readonly offset: number | null; readonly timestamp?: number; readonly leaderEpoch?: number };
    }
  | { readonly op: 'advance' | 'deleteRecords' | 'retention' | 'reopen' };

/** Beyond these the scripts go where this log does not go yet. */
const lastSteps = new Set(['deleteRecords', 'retention', 'reopen']);

class Replay {
  private isHolding = false;
  readonly storage = new MemoryStorage({
    beforeCommit: () => (this.isHolding ? new Promise<void>(() => {}) : undefined),
  });
  private log!: PartitionLog;

  async play({ config, steps }: Script): Promise<void> {
    this.log = await openOrders({
      storage: this.storage,
      config: {
        ...('internal.segment.bytes' in config && { segmentBytes: Number(config['internal.segment.bytes']) }),
        ...('index.interval.bytes' in config && { indexIntervalBytes: Number(config['index.interval.bytes']) }),
        tailCacheBytes: 0,
      },
    });
    for (const [at, step] of steps.entries()) {
      if (lastSteps.has(step.op)) return;
      await this.compare(step, `step ${at}`);
    }
  }

  private async compare(step: Step, name: string): Promise<void> {
    if (step.op === 'append') return this.compareAppend(step, name);
    if (step.op === 'read') {
      const found = await this.read(step.args).catch(codeOf);
      expect(found, name).toEqual(step.result.error?.code ?? step.result.batches);
    }
    if (step.op === 'offsetForTimestamp') {
      const { timestamp } = step.args;
      // The broker answers these two by itself: high watermark and log start.
      if (timestamp === -1 || timestamp === -2) return;
      const found =
        timestamp === -3 ? await this.log.offsetOfLargestTimestamp() : await this.log.offsetForTimestamp(timestamp);
      expect(found ?? { offset: null }, name).toEqual(step.result);
    }
  }

  private async compareAppend(step: Step & { readonly op: 'append' }, name: string): Promise<void> {
    const { args, result, state } = step;
    this.isHolding = args.keepHighWatermark === true;
    try {
      const { baseOffset, lastOffset, durable } = this.log.append(bytesOf(args.batch), { durability: 'strict' });
      expect([baseOffset, lastOffset], name).toEqual([result.firstOffset, result.lastOffset]);
      if (!this.isHolding) await durable;
    } catch (error) {
      expect(codeOf(error), name).toBe(result.error?.code);
    }
    if (state?.logEndOffset !== undefined) expect(this.log.logEndOffset, name).toBe(state.logEndOffset);
    if (state?.highWatermark !== undefined) expect(this.log.highWatermark, name).toBe(state.highWatermark);
    if (state?.segments !== undefined && !this.isHolding)
      expect(await this.segmentsLike(state.segments), name).toEqual(state.segments);
  }

  private async read(args: (Step & { readonly op: 'read' })['args']): Promise<(readonly [number, number])[]> {
    const { minOneMessage } = args;
    const upTo = args.isolation === 'LOG_END' ? this.log.logEndOffset : this.log.highWatermark;
    const bytes = await this.log.read(args.offset, args.maxBytes, { minOneMessage, upTo });
    return [...batchesIn(bytes)].map(({ header }) => [header.baseOffset, header.lastOffset]);
  }

  /** Our segments, told as Kafka's are in `expected`. */
  private async segmentsLike(expected: NonNullable<State['segments']>): Promise<unknown[]> {
    return (await this.storage.files()).map(({ name, size }, at) => {
      const baseOffset = parseSegmentFile(name)?.baseOffset;
      const other = expected[at];
      return typeof other === 'object' ? { ...other, baseOffset, sizeInBytes: size } : baseOffset;
    });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof KafkaError) return error.code;
  throw error;
}

describe("does what a real Kafka's log did:", () => {
  it.each(goldenLines<Script>('log.jsonl').map((script) => [script.name, script] as const))('%s', async (_, script) => {
    await new Replay().play(script);
  });
});
