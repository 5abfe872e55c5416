import type { History, HistoryEvent, PartitionName } from './history.js';

/** How far behind a reader was when it asked for more (Jepsen's realtime-lag): the next record that it had not seen had been there for so long. */
export interface RealtimeLag {
  readonly process: string;
  readonly partition: PartitionName;
  /** Microseconds, as all times of a history. */
  readonly lagUs: number;
  /** The line of the poll. */
  readonly line: number;
}

/** How often readers were given the same record (Jepsen's consume-counts); each reader by itself. */
export interface ConsumeCounts {
  /** How many pairs of reader and record there are that met once, twice, and so on. */
  readonly distribution: ReadonlyMap<number, number>;
  /** Those that met more than once: the most frequent first. */
  readonly repeated: readonly {
    readonly process: string;
    readonly partition: PartitionName;
    readonly value: number;
    readonly count: number;
  }[];
}

/**
 * The worst lag of each reader in each partition that it had; partitions in which it never lagged are left out. Only records count that came to be known at `sinceUs` or
 * later. A record is known to exist when its send was acknowledged, when the high watermark went past it, or when anybody read it.
 */
export function realtimeLags(history: History, sinceUs = -Infinity): readonly RealtimeLag[] {
  const known = new Map<PartitionName, KnownOffsets>();
  const seen = new Map<string, Map<PartitionName, number>>();
  const worst = new Map<string, RealtimeLag>();
  const asking = new Set<number>();
  const exists = (partition: PartitionName, offset: number, t: number): void => {
    const offsets = known.get(partition) ?? new KnownOffsets();
    known.set(partition, offsets);
    offsets.learn(offset, t);
  };
  for (const event of history.events) {
    const positions = seen.get(event.p) ?? new Map<PartitionName, number>();
    seen.set(event.p, positions);
    if (event.f === 'poll' && event.final !== true) {
      // What is told as one point was asked for then.
      if (event.e === 'inv') asking.add(event.op);
      if (event.e === 'inv' || !asking.has(event.op)) {
        for (const [partition, offset] of positions) {
          const since = known.get(partition)?.firstBeyond(offset);
          if (since === undefined || since < sinceUs || event.t <= since) continue;
          const lag = { process: event.p, partition, lagUs: event.t - since, line: event.i };
          const name = `${event.p} ${partition}`;
          if ((worst.get(name)?.lagUs ?? 0) < lag.lagUs) worst.set(name, lag);
        }
      }
    }
    note(event, positions, exists);
  }
  return [...worst.values()].sort((one, other) => other.lagUs - one.lagUs);
}

/** How often each reader was given each record by polls that succeeded. */
export function consumeCounts(history: History): ConsumeCounts {
  const counts = new Map<string, { process: string; partition: PartitionName; value: number; count: number }>();
  for (const event of history.events) {
    if (event.f !== 'poll' || event.e !== 'ok' || event.g === undefined) continue;
    for (const [partition, , value] of event.recs ?? []) {
      const name = `${event.p} ${partition} ${value}`;
      const met = counts.get(name) ?? { process: event.p, partition, value, count: 0 };
      met.count++;
      counts.set(name, met);
    }
  }
  const distribution = new Map<number, number>();
  for (const { count } of counts.values()) distribution.set(count, (distribution.get(count) ?? 0) + 1);
  return {
    distribution: new Map([...distribution].sort(([one], [other]) => one - other)),
    repeated: [...counts.values()].filter(({ count }) => count > 1).sort((one, other) => other.count - one.count),
  };
}

/** Since when which offsets of a partition are known to exist. */
class KnownOffsets {
  /** Rising in both: from `t` on it is known that something is at `offset`. */
  private readonly steps: { readonly offset: number; readonly t: number }[] = [];

  learn(offset: number, t: number): void {
    if (offset > (this.steps.at(-1)?.offset ?? -1)) this.steps.push({ offset, t });
  }

  /** When it came to be known that there is something beyond `offset`; undefined if it never did. */
  firstBeyond(offset: number): number | undefined {
    let [low, high] = [0, this.steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.steps[middle]?.offset ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return this.steps[low]?.t;
  }
}

/** What an event tells of the last offset that its process has seen in each partition, and of offsets that exist. */
function note(
  event: HistoryEvent,
  positions: Map<PartitionName, number>,
  exists: (partition: PartitionName, offset: number, t: number) => void,
): void {
  if (event.f === 'hw') exists(event.tp, event.off - 1, event.t);
  if (event.f === 'poll' && event.e !== 'inv')
    for (const [partition, offset] of event.recs ?? []) exists(partition, offset, event.t);
  if (event.e !== 'ok') return;
  switch (event.f) {
    case 'send':
      if (typeof event.off === 'number') exists(event.tp, event.off, event.t);
      return;
    case 'assigned':
      for (const [partition, start] of Object.entries(event.tps)) positions.set(partition, start - 1);
      return;
    case 'seek':
      positions.set(event.tp, event.off - 1);
      return;
    case 'revoked':
    case 'lost':
      for (const partition of event.tps) positions.delete(partition);
      return;
    case 'poll':
      for (const [partition, offset] of event.recs ?? []) positions.set(partition, offset);
  }
}
