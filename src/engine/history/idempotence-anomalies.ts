import type { Anomaly } from './anomaly.js';
import type { Append, HistoryIndex } from './history-index.js';

/** After the last sequence number comes 0 again. */
const sequences = 2 ** 31;

/** A batch of an idempotent producer that was appended though it does not follow the one before it, in its epoch; or a new epoch that does not begin at 0. */
export function sequenceGaps(index: HistoryIndex): readonly Anomaly[] {
  return index.appendedPartitions.flatMap((partition) => {
    const appended = new Map<number, Append[]>();
    const found: Anomaly[] = [];
    for (const append of index.appendsOf(partition)) {
      const { pid, pep = 0, seq = 0 } = append;
      if (pid === undefined || pid < 0) continue;
      const ofProducer = appended.get(pid) ?? [];
      appended.set(pid, ofProducer);
      // Of what the log has lost again the broker knows nothing either.
      while ((ofProducer.at(-1)?.goneAt ?? Infinity) < append.i) ofProducer.pop();
      const before = ofProducer.at(-1);
      ofProducer.push(append);
      if (before === undefined) continue;
      const expected = before.pep === pep ? ((before.seq ?? 0) + before.n) % sequences : 0;
      if (seq === expected) continue;
      found.push({
        name: 'seq-gap',
        message: `Producer ${pid} in epoch ${pep} appended sequence ${seq} to ${partition} where ${expected} was next.`,
        evidence: [before.i, append.i],
      });
    }
    return found;
  });
}

/** A send that was told an offset which something had been appended to before it was sent: the broker took it for what it had already. */
export function falseDeduplications(index: HistoryIndex): readonly Anomaly[] {
  return index.sends.flatMap(({ outcome, partition, offset, value, invokedAt, lines }) => {
    if (outcome !== 'ok' || offset === undefined || lines.length < 2) return [];
    const at = index.appendsOf(partition).findLast(({ off, n }) => offset >= off && offset < off + n);
    if (at === undefined || at.i > invokedAt || (at.goneAt ?? Infinity) < invokedAt) return [];
    return [
      {
        name: 'false-dedup',
        message: `Value ${value} was told offset ${offset} of ${partition}, which had been appended before it was sent.`,
        evidence: [at.i, ...lines],
      },
    ];
  });
}
