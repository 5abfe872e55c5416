import type { RebuiltProducer } from './rebuilt-producers.js';

/** How much the batches can tell. */
export interface KnownLog {
  /** The first offset of the first file: what lay before is gone. */
  readonly knownFrom: number;
  /** Before it compaction may have taken batches. */
  readonly cleanedTo: number;
  readonly logStartOffset: number;
}

/**
 * What a snapshot tells of a producer that the batches before it deny; undefined if nothing. A producer may be missing from a snapshot, for its state expires while no transaction
 * is open, and it may be in there although its batches are gone.
 */
export function snapshotFault(
  snapshot: ReadonlyMap<number, RebuiltProducer>,
  rebuilt: ReadonlyMap<number, RebuiltProducer>,
  known: KnownLog,
): string | undefined {
  const goneBefore = Math.max(known.knownFrom, known.cleanedTo);
  for (const [producerId, told] of snapshot) {
    const found = rebuilt.get(producerId);
    if (found === undefined) {
      if (told.lastOffset < goneBefore) continue;
      return `producer ${producerId} would have written offset ${told.lastOffset}`;
    }
    const fault = producerFault(told, found, goneBefore, known.logStartOffset);
    if (fault !== undefined) return `producer ${producerId} ${fault}`;
  }
  for (const [producerId, { transactionFrom }] of rebuilt)
    if (transactionFrom >= known.logStartOffset && !snapshot.has(producerId))
      return `producer ${producerId} has a transaction open from offset ${transactionFrom}, and is missing`;
  return undefined;
}

/** What lay before `goneBefore` may be gone, batches and markers alike. */
function producerFault(
  told: RebuiltProducer,
  found: RebuiltProducer,
  goneBefore: number,
  logStartOffset: number,
): string | undefined {
  // Its last batch then was taken by compaction, and an earlier one is left; or all of it is from before a restart that forgot it.
  if (told.lastOffset !== found.lastOffset)
    return told.lastOffset < goneBefore
      ? undefined
      : `wrote offset ${found.lastOffset} last, but ${told.lastOffset} is told`;
  for (const field of ['epoch', 'lastSequence', 'offsetDelta'] as const)
    if (told[field] !== found[field]) return `has ${field} ${found[field]}, but ${told[field]} is told`;
  const from = [told.transactionFrom, found.transactionFrom] as const;
  if (from[0] !== from[1] && Math.max(...from) >= logStartOffset && !(from[0] >= 0 && from[0] < goneBefore))
    return `has its transaction from offset ${from[1]}, but ${from[0]} is told`;
  // A marker that is gone has left its time and its coordinator.
  if (goneBefore > 0) return undefined;
  if (told.timestamp !== found.timestamp) return `has timestamp ${found.timestamp}, but ${told.timestamp} is told`;
  if (told.coordinatorEpoch >= 0 && told.coordinatorEpoch !== found.coordinatorEpoch)
    return `has coordinator epoch ${found.coordinatorEpoch}, but ${told.coordinatorEpoch} is told`;
  return undefined;
}
