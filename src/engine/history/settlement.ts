import type { Anomaly } from './anomaly.js';
import type { HistoryIndex } from './history-index.js';

/** A send of which nobody was told what became of it, though its time (`deliveryTimeoutMs` of the header's options) was over and its client lived on. */
export function unsettledSends({ history }: HistoryIndex): readonly Anomaly[] {
  const limitMs = history.header.opts['deliveryTimeoutMs'];
  const end = history.events.at(-1);
  if (typeof limitMs !== 'number' || end === undefined) return [];
  const settled = new Set(history.events.flatMap(({ f, e, op }) => (f === 'send' && e !== 'inv' ? [op] : [])));
  const dead = new Set(history.events.flatMap((event) => (event.f === 'crash' ? [event.node] : [])));
  return history.events.flatMap((event) => {
    if (event.f !== 'send' || event.e !== 'inv' || settled.has(event.op) || dead.has(event.p)) return [];
    if (end.t - event.t <= limitMs * 1000) return [];
    return [
      {
        name: 'unsettled-send',
        message: `${event.p} sent value ${event.v} to ${event.tp} and was told nothing for ${Math.round((end.t - event.t) / 1000)} ms.`,
        evidence: [event.i, end.i],
      },
    ];
  });
}
