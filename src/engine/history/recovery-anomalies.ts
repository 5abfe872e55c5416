import type { Anomaly } from './anomaly.js';
import type { HistoryEvent } from './history.js';
import type { Append, HistoryIndex } from './history-index.js';

type Recovery = Extract<HistoryEvent, { f: 'recover' }>;

/** An acknowledged record that a log no longer holds after a crash. Needs no reader. */
export function durableLosses(index: HistoryIndex): readonly Anomaly[] {
  return recoveries(index).flatMap((recovery) =>
    index.sends
      .filter(({ outcome, partition }) => outcome === 'ok' && partition === recovery.tp)
      .filter(({ lines, offset }) => (lines.at(-1) ?? 0) < recovery.i && offset !== undefined && offset >= recovery.to)
      .map(({ value, offset = -1, partition, lines }) => ({
        name: 'durable-loss' as const,
        message: `Value ${value} was acknowledged at offset ${offset} of ${partition}; after the crash the log ends at ${recovery.to}.`,
        evidence: [...lines, recovery.i],
      })),
  );
}

/** A log that a crash has cut in the middle of a batch. */
export function nonPrefixRecoveries(index: HistoryIndex): readonly Anomaly[] {
  return recoveries(index).flatMap((recovery) => {
    // What an earlier crash has taken, or could not be stored, is no part of the log that this one found.
    const appends = index
      .appendsOf(recovery.tp)
      .filter(({ i, goneAt }) => i < recovery.i && (goneAt === undefined || goneAt >= recovery.i));
    const cut = appends.find(({ off, n }) => off < recovery.to && recovery.to < off + n);
    if (cut === undefined) return [];
    return [
      {
        name: 'non-prefix-recovery',
        message: `After the crash ${recovery.tp} ends at ${recovery.to}, inside the batch ${cut.off} to ${cut.off + cut.n - 1}.`,
        evidence: [cut.i, recovery.i],
      },
    ];
  });
}

/** A record whose send had failed for certain, and which a log holds after a crash. */
export function resurrections(index: HistoryIndex): readonly Anomaly[] {
  return recoveries(index).flatMap((recovery) =>
    index.sends
      .filter(({ outcome, partition, lines }) => {
        return outcome === 'fail' && partition === recovery.tp && (lines.at(-1) ?? 0) < recovery.i;
      })
      .flatMap(({ value, partition, lines }) => {
        const reads = index.readsOf(partition, value).filter((line) => line > recovery.i);
        if (reads.length === 0) return [];
        return [
          {
            name: 'unacked-resurrection' as const,
            message: `Value ${value} of ${partition} had failed for certain and is there after the crash.`,
            evidence: [...lines, recovery.i, ...reads],
          },
        ];
      }),
  );
}

/** An append in an earlier leader epoch than one before it: two wrote at once. */
export function twoLeaders(index: HistoryIndex): readonly Anomaly[] {
  return index.appendedPartitions.flatMap((partition) => {
    let latest: Append | undefined;
    return index.appendsOf(partition).flatMap((append): Anomaly[] => {
      const [epoch, before] = [append.ep ?? -1, latest];
      if (before === undefined || epoch >= (before.ep ?? -1)) {
        latest = append;
        return [];
      }
      return [
        {
          name: 'two-leaders',
          message: `${partition} was appended to in leader epoch ${epoch} after ${before.ep ?? -1}.`,
          evidence: [before.i, append.i],
        },
      ];
    });
  });
}

function recoveries({ history }: HistoryIndex): readonly Recovery[] {
  return history.events.filter((event): event is Recovery => event.f === 'recover');
}
