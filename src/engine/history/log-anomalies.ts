import type { Anomaly } from './anomaly.js';
import type { PartitionName } from './history.js';
import type { HistoryIndex } from './history-index.js';

/** An offset at which two different values were seen. */
export function inconsistentOffsets(index: HistoryIndex): readonly Anomaly[] {
  return index.partitions.flatMap((partition) =>
    [...index.log(partition)]
      .filter(([, placements]) => placements.length > 1)
      .map(([offset, placements]) => ({
        name: 'inconsistent-offsets' as const,
        message: `Offset ${offset} of ${partition} holds the values ${placements.map(({ value }) => value).join(' and ')}.`,
        evidence: placements.flatMap(({ lines }) => lines),
      })),
  );
}

/** A value that was seen at two offsets. */
export function duplicates(index: HistoryIndex): readonly Anomaly[] {
  return index.partitions.flatMap((partition) => {
    const places = new Map<number, { readonly offsets: number[]; readonly lines: number[] }>();
    for (const [offset, placements] of index.log(partition)) {
      for (const { value, lines } of placements) {
        const known = places.get(value) ?? { offsets: [], lines: [] };
        known.offsets.push(offset);
        known.lines.push(...lines);
        places.set(value, known);
      }
    }
    return [...places]
      .filter(([, { offsets }]) => offsets.length > 1)
      .map(([value, { offsets, lines }]) => ({
        name: 'duplicate' as const,
        message: `Value ${value} of ${partition} is at the offsets ${offsets.join(' and ')}.`,
        evidence: lines,
      }));
  });
}

/** A value that was certainly written, that nobody ever read, though somebody has read beyond it. */
export function lostWrites(index: HistoryIndex): readonly Anomaly[] {
  return index.partitions.flatMap((partition) => {
    const bound = furthestRead(index, partition);
    return index.sends
      .filter((sent) => sent.partition === partition && index.isCertain(sent))
      .filter(({ value }) => index.readsOf(partition, value).length === 0)
      .filter(({ value }) => (index.places(partition, value)?.last ?? Infinity) <= bound.position)
      .filter(({ offset }) => offset === undefined || !index.isRemoved(partition, offset))
      .map(({ value, lines }) => ({
        name: 'lost-write' as const,
        message: `Value ${value} was written to ${partition}, value ${bound.value} beyond it was read, and nobody ever read ${value}.`,
        evidence: [...lines, ...index.readsOf(partition, bound.value)],
      }));
  });
}

/** An acknowledged value that nobody had read when the closing phase had read its partition to the end. */
export function unseen(index: HistoryIndex): readonly Anomaly[] {
  const readToTheEnd = new Set(
    index.history.events.flatMap((event) =>
      event.f === 'poll' && event.e === 'ok' && event.final === true ? Object.keys(event.from ?? {}) : [],
    ),
  );
  return index.sends
    .filter((sent) => sent.outcome === 'ok' && readToTheEnd.has(sent.partition))
    .filter(({ partition, value }) => index.readsOf(partition, value).length === 0)
    .filter(({ partition, offset }) => offset === undefined || !index.isRemoved(partition, offset))
    .map(({ partition, value, lines }) => ({
      name: 'unseen',
      message: `Value ${value} was acknowledged and ${partition} was read to its end, but nobody ever read it.`,
      evidence: lines,
    }));
}

/** A value that a reader was given although its sender was told with certainty that nothing was written (Jepsen's G1a). */
export function abortedReads(index: HistoryIndex): readonly Anomaly[] {
  const possible = new Set(
    index.sends.filter(({ outcome }) => outcome !== 'fail').map(({ partition, value }) => `${partition} ${value}`),
  );
  return index.sends
    .filter(({ outcome, partition, value }) => outcome === 'fail' && !possible.has(`${partition} ${value}`))
    .filter(({ partition, value }) => index.readsOf(partition, value).length > 0)
    .map(({ partition, value, lines }) => ({
      name: 'aborted-read',
      message: `Value ${value} was read from ${partition}, though its send had failed for certain.`,
      evidence: [...lines, ...index.readsOf(partition, value)],
    }));
}

/** A record that was read with other bytes than those that were sent. */
export function corruptRecords({ history }: HistoryIndex): readonly Anomaly[] {
  return history.events.flatMap((event) =>
    event.f === 'poll'
      ? (event.bad ?? []).map(([partition, offset, found]) => ({
          name: 'corrupt-record' as const,
          message: `The record at offset ${offset} of ${partition} is not what was sent: ${found}.`,
          evidence: [event.i],
        }))
      : [],
  );
}

/** A value that was read from a partition to which nobody sent it. */
export function phantomReads(index: HistoryIndex): readonly Anomaly[] {
  const sent = new Set(index.sends.map(({ partition, value }) => `${partition} ${value}`));
  return index.polls.flatMap(({ line, records }) =>
    records
      .filter(([partition, , value]) => !sent.has(`${partition} ${value}`))
      .map(([partition, offset, value]) => ({
        name: 'phantom-read' as const,
        message: `Value ${value} was read from ${partition} at offset ${offset}, but nobody sent it there.`,
        evidence: [line],
      })),
  );
}

/** Of all that was read, what stands furthest: each value counts at its earliest place, which keeps the bound safe when offsets are inconsistent. */
function furthestRead(index: HistoryIndex, partition: PartitionName): { value: number; position: number } {
  let furthest = { value: -1, position: -1 };
  for (const value of index.valuesRead(partition)) {
    const position = index.places(partition, value)?.first ?? -1;
    if (position > furthest.position) furthest = { value, position };
  }
  return furthest;
}
