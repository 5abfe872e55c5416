import type { History, HistoryEvent, HistoryFact, Phase } from '../../../src/engine/history/history.js';

/** The partition that the written histories are about, and another. */
export const tp = 'orders/uuid:0';
export const otherTp = 'orders/uuid:1';

export type Line = HistoryFact & { readonly p?: string; readonly e?: Phase; readonly op?: number; readonly r?: 'b' };

/** A history of these lines. Without `op` a line is an operation of its own, without `e` it went well, without `p` the client `c1` did it. */
export function written(...lines: readonly Line[]): History {
  return {
    header: {
      h1: 1,
      seed: '1',
      profile: 'written',
      iso: 'ru',
      mode: 'subscribe',
      durability: 'strict',
      backend: 'memory',
      opts: {},
    },
    events: lines.map((line, at): HistoryEvent => ({
      e: 'ok',
      p: 'c1',
      op: 1000 + at,
      ...line,
      i: at + 1,
      t: at * 1000,
    })),
  };
}

/** A record that was sent and acknowledged. */
export const sent = (v: number, off: number, more: Partial<Line> = {}): Line =>
  ({ f: 'send', tp, v, off, p: 'producer', ...more }) as Line;

/** Records that were read, as [offset, value], in one poll. */
export const read = (recs: readonly (readonly [number, number])[], more: Partial<Line> = {}): Line =>
  ({ f: 'poll', recs: recs.map(([off, v]) => [tp, off, v]), ...more }) as Line;

export const assigned = (m: string, start: number, src: 'committed' | 'reset', more: Partial<Line> = {}): Line =>
  ({ f: 'assigned', g: 'g', m, gen: 1, tps: { [tp]: start }, src, p: m, ...more }) as Line;

export const letGo = (f: 'revoked' | 'lost', m: string, more: Partial<Line> = {}): Line =>
  ({ f, g: 'g', m, gen: 1, tps: [tp], p: m, ...more }) as Line;

export const committed = (off: number, more: Partial<Line> = {}): Line =>
  ({ f: 'commit', g: 'g', offs: { [tp]: off }, ...more }) as Line;

export const fenced = (who: string): Line => ({ f: 'fence', g: 'g', who, reason: 'session-expired', r: 'b' });

/** The coordinator has read its log back, and the member is in. */
export const readBack = (m: string): Line => ({ f: 'member', g: 'g', m, state: 'read-back', r: 'b', p: 'broker' });

/** A batch of `n` records that the broker appended. */
export const appended = (off: number, n: number, more: Partial<Line> = {}): Line =>
  ({ f: 'append', tp, off, n, r: 'b', p: 'broker', ...more }) as Line;
