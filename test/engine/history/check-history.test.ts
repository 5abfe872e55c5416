import { describe, expect, test } from 'vitest';
import type { AnomalyName } from '../../../src/engine/history/anomaly.js';
import { checkHistory, findAnomalies } from '../../../src/engine/history/check-history.js';
import type { History } from '../../../src/engine/history/history.js';
import {
  appended,
  assigned,
  committed,
  fenced,
  readBack,
  letGo,
  otherTp,
  read,
  sent,
  tp,
  written,
  type Line,
} from './written-history.js';

const names = (history: History): AnomalyName[] => findAnomalies(history).map(({ name }) => name);
const offsetsTp = '__consumer_offsets/o:0';
const final = { final: true, from: { [tp]: 0 } } as const;

interface Predicate {
  /** Histories that break the rule, with everything that must be found in them. */
  readonly witnesses: Readonly<Record<string, readonly [History, readonly AnomalyName[]]>>;
  /** Histories that look alike and break nothing. */
  readonly nearMisses: Readonly<Record<string, History>>;
}

const recovered = (to: number, more: Partial<Line> = {}): Line =>
  ({ f: 'recover', node: 'broker', tp, from: 0, to, r: 'b', p: 'broker', ...more }) as Line;
const healed: Line = { f: 'fault', kind: 'heal', target: 'all', on: false };
/** A line that is seen so long after the one before it. */
const later = (history: History, ms: number): History => ({
  header: { ...history.header, opts: { rebalanceBoundMs: 10_000, deliveryTimeoutMs: 10_000 } },
  events: history.events.map((event, at) =>
    at === history.events.length - 1 ? { ...event, t: event.t + ms * 1000 } : event,
  ),
});

const predicates: Record<AnomalyName, Predicate> = {
  'inconsistent-offsets': {
    witnesses: {
      'two sends acknowledged with one offset': [
        written(sent(1, 0), sent(2, 0, { p: 'other' })),
        ['inconsistent-offsets'],
      ],
      'a read that differs from the acknowledgement': [
        written(sent(1, 0), sent(2, 1, { p: 'other' }), read([[0, 2]])),
        ['inconsistent-offsets', 'duplicate', 'lost-write'],
      ],
      'a failed poll that saw something else': [
        written(sent(1, 0), sent(2, 5, { e: 'info', off: null }), read([[0, 2]], { e: 'fail' })),
        ['inconsistent-offsets'],
      ],
    },
    nearMisses: {
      'a send of unknown outcome that collides with an acknowledged one': written(
        sent(1, 0),
        sent(2, 0, { e: 'info' }),
      ),
      'a failed send that collides': written(sent(1, 0), sent(2, 0, { e: 'fail' })),
      'one offset in two partitions': written(sent(1, 0), sent(2, 0, { tp: otherTp })),
    },
  },
  duplicate: {
    witnesses: {
      'a value that was stored twice, read twice in one poll': [
        written(sent(1, 0), sent(2, 2), read([[0, 1], [1, 1], [2, 2]])), // prettier-ignore
        ['duplicate'],
      ],
      'a value read at two offsets': [
        written(sent(1, 0), read([[0, 1]], { p: 'c1' }), read([[1, 1]], { p: 'c2' })),
        ['duplicate'],
      ],
    },
    nearMisses: {
      'one offset read twice, by two clients': written(sent(1, 0), read([[0, 1]]), read([[0, 1]], { p: 'c2' })),
      'a failed send at another offset': written(sent(1, 0), sent(1, 4, { e: 'fail' }), read([[0, 1]])),
    },
  },
  'lost-write': {
    witnesses: {
      'an acknowledged value that was jumped over': [written(sent(1, 0), sent(2, 1), read([[1, 2]])), ['lost-write']],
    },
    nearMisses: {
      'an acknowledged value at the end, not reached yet': written(sent(1, 0), sent(2, 1), read([[0, 1]])),
      'a value of unknown outcome that was jumped over': written(sent(1, 0, { e: 'info' }), sent(2, 1), read([[1, 2]])),
      'a value read by another client': written(sent(1, 0), sent(2, 1), read([[1, 2]]), read([[0, 1]], { p: 'c2' })),
      'an acknowledged value without a known offset': written(
        { f: 'send', tp, v: 1, off: null },
        sent(2, 1),
        read([[1, 2]]),
      ),
    },
  },
  unseen: {
    witnesses: {
      'an acknowledged value that the closing read does not find': [
        written(sent(1, 0), sent(2, 1), read([[0, 1]], final)),
        ['unseen'],
      ],
    },
    nearMisses: {
      'without a closing read it may come yet': written(sent(1, 0), sent(2, 1), read([[0, 1]])),
      'a value of unknown outcome': written(sent(1, 0), sent(2, 1, { e: 'info' }), read([[0, 1]], final)),
      'a value of a partition that was not read to its end': written(
        sent(1, 0),
        sent(2, 0, { tp: otherTp }),
        read([[0, 1]], final),
      ),
    },
  },
  'phantom-read': {
    witnesses: {
      'a value that nobody sent': [written(sent(1, 0), read([[1, 7]])), ['phantom-read', 'lost-write']],
      'a value that was sent to another partition': [
        written(sent(7, 0, { tp: otherTp }), read([[0, 7]])),
        ['phantom-read'],
      ],
    },
    nearMisses: {
      'a value of unknown outcome that was read': written(sent(1, 0, { e: 'info', off: null }), read([[0, 1]])),
      'a value read before its acknowledgement came': written({ ...sent(1, 0), e: 'inv', op: 1 }, read([[0, 1]]), {
        ...sent(1, 0),
        op: 1,
      }),
    },
  },
  'poll-skip': {
    witnesses: {
      'the next poll begins one too far': [
        written(sent(1, 0), sent(2, 1), sent(3, 2), read([[0, 1]]), read([[2, 3]]), read([[1, 2]], { p: 'c2' })),
        ['poll-skip'],
      ],
      'the next poll, of unknown outcome, begins one too far': [
        written(
          sent(1, 0),
          sent(2, 1),
          sent(3, 2),
          read([[0, 1]]),
          read([[2, 3]], { e: 'info' }),
          read([[1, 2]], { p: 'c2' }),
        ),
        ['poll-skip'],
      ],
    },
    nearMisses: {
      'what lies between was cleaned away before': written(
        sent(1, 0),
        sent(2, 1),
        sent(3, 2),
        read([[1, 2]], { p: 'c2' }),
        read([[0, 1]]),
        { f: 'clean', tp, from: 0, to: 3, removed: [[1, 1]], r: 'b' },
        read([[2, 3]]),
      ),
      'a gap of offsets that nothing was written to': written(sent(1, 0), sent(2, 5), read([[0, 1]]), read([[5, 2]])),
      'a skip across a revocation': written(
        sent(1, 0),
        sent(2, 1),
        sent(3, 2),
        read([[0, 1]]),
        letGo('revoked', 'm', { p: 'c1' }),
        read([[2, 3]]),
        read([[1, 2]], { p: 'c2' }),
      ),
      'a skip by seek': written(
        sent(1, 0),
        sent(2, 1),
        sent(3, 2),
        read([[0, 1]]),
        { f: 'seek', tp, off: 2 },
        read([[2, 3]]),
        read([[1, 2]], { p: 'c2' }),
      ),
      'two clients that share the records': written(
        sent(1, 0),
        sent(2, 1),
        read([[0, 1]]),
        read([[1, 2]], { p: 'c2' }),
      ),
      'after a failed poll the same record comes again': written(
        sent(1, 0),
        sent(2, 1),
        read([[0, 1]]),
        read([[1, 2]], { e: 'fail' }),
        read([[1, 2]]),
      ),
    },
  },
  'nonmonotonic-poll': {
    witnesses: {
      'a record comes again': [written(sent(1, 0), read([[0, 1]]), read([[0, 1]])), ['nonmonotonic-poll']],
      'an earlier record comes later': [
        written(sent(1, 0), sent(2, 1), read([[1, 2]]), read([[0, 1]])),
        ['nonmonotonic-poll'],
      ],
    },
    nearMisses: {
      'a record comes again after the partition was lost': written(
        sent(1, 0),
        read([[0, 1]]),
        letGo('lost', 'm', { p: 'c1' }),
        read([[0, 1]]),
      ),
      'the next life of a client reads again': written(
        sent(1, 0),
        read([[0, 1]], { p: 'c1#1' }),
        read([[0, 1]], { p: 'c1#2' }),
      ),
      'the same offset in another partition': written(sent(1, 0), sent(2, 0, { tp: otherTp }), read([[0, 1]]), {
        f: 'poll',
        recs: [[otherTp, 0, 2]],
      }),
    },
  },
  'double-ownership': {
    witnesses: {
      'given away while another holds it': [
        written(assigned('m1', 0, 'reset'), assigned('m2', 0, 'reset')),
        ['double-ownership'],
      ],
      'given away while one holds it of whom it was not written down that it was put out': [
        written(fenced('m1'), readBack('m1'), assigned('m1', 0, 'reset'), assigned('m2', 0, 'reset')),
        ['double-ownership'],
      ],
      'taken back from the wrong member': [
        written(assigned('m1', 0, 'reset'), fenced('m3'), assigned('m2', 0, 'reset')),
        ['double-ownership'],
      ],
    },
    nearMisses: {
      'given away after it was revoked': written(
        assigned('m1', 0, 'reset'),
        letGo('revoked', 'm1'),
        assigned('m2', 0, 'reset'),
      ),
      'given away after the coordinator took it from a dead member': written(
        assigned('m1', 0, 'reset'),
        fenced('m1'),
        assigned('m2', 0, 'reset'),
      ),
      'the word of an assignment reaches a member that was put out meanwhile': written(
        fenced('m1'),
        assigned('m1', 0, 'reset'),
        assigned('m2', 0, 'reset'),
      ),
      'given again to the member that holds it': written(
        assigned('m1', 0, 'reset'),
        assigned('m1', 0, 'reset', { gen: 2 }),
      ),
      'held by members of two groups': written(assigned('m1', 0, 'reset'), assigned('m2', 0, 'reset', { g: 'h' })),
    },
  },
  'commit-regression': {
    witnesses: {
      'a smaller offset after a larger one': [written(committed(5), committed(3)), ['commit-regression']],
      'the broker stored a smaller one': [
        written(committed(9), committed(5, { r: 'b' }), committed(3, { r: 'b' })),
        ['commit-regression'],
      ],
    },
    nearMisses: {
      'the same offset again': written(committed(5), committed(5)),
      'a rewind that was asked for': written(committed(5), committed(3, { rewind: true })),
      'two commits under way at once, answered the other way round': written(
        committed(3, { e: 'inv', op: 1 }),
        committed(5, { e: 'inv', op: 2 }),
        committed(5, { op: 2 }),
        committed(3, { op: 1 }),
      ),
      'a smaller offset in another group': written(committed(5), committed(3, { g: 'h' })),
      'a commit that failed': written(committed(5), committed(3, { e: 'fail' })),
    },
  },
  'start-mismatch': {
    witnesses: {
      'a start before the last commit': [written(committed(5), assigned('m1', 3, 'committed')), ['start-mismatch']],
      'a start that no commit of unknown outcome explains either': [
        written(committed(5), committed(7, { e: 'inv', op: 1 }), assigned('m1', 6, 'committed')),
        ['start-mismatch'],
      ],
      'a start by reset although there is a commit': [
        written(committed(5), assigned('m1', 0, 'reset')),
        ['start-mismatch'],
      ],
      'a start that no commit explains, after the coordinator has read back what was written': [
        written(
          committed(5),
          { f: 'hw', tp: offsetsTp, off: 3, r: 'b', p: 'broker' },
          { f: 'recover', node: 'broker', tp: offsetsTp, from: 0, to: 3, r: 'b', p: 'broker' },
          assigned('m1', 6, 'committed'),
        ),
        ['start-mismatch'],
      ],
      'a committed start where nobody committed': [written(assigned('m1', 3, 'committed')), ['start-mismatch']],
    },
    nearMisses: {
      'a start at the last commit': written(committed(3), committed(5), assigned('m1', 5, 'committed')),
      'a start by reset without any commit': written(assigned('m1', 0, 'reset')),
      'a commit of unknown outcome may have happened or not': written(
        committed(5),
        committed(7, { e: 'inv', op: 1 }),
        committed(7, { e: 'info', op: 1 }),
        assigned('m1', 7, 'committed'),
      ),
      'a commit under way when the broker crashed may have reached its disk': written(
        committed(5, { r: 'b' }),
        committed(6, { e: 'inv', op: 1 }),
        assigned('m2', 6, 'committed'),
      ),
      'the coordinator has read back more than was known to be written': written(
        committed(5),
        { f: 'hw', tp: offsetsTp, off: 2, r: 'b', p: 'broker' },
        { f: 'recover', node: 'broker', tp: offsetsTp, from: 0, to: 3, r: 'b', p: 'broker' },
        assigned('m1', 6, 'committed'),
      ),
      'the commit was by another group': written(committed(5, { g: 'h' }), assigned('m1', 0, 'reset')),
      'a member begins that was put out, and has not heard of it': written(
        fenced('m1'),
        committed(5),
        assigned('m1', 0, 'reset'),
      ),
    },
  },
  'aborted-read': {
    witnesses: {
      'a value was read whose send had failed for certain': [
        written(sent(1, 0, { e: 'fail', off: null }), read([[0, 1]])),
        ['aborted-read'],
      ],
    },
    nearMisses: {
      'the outcome of the send is unknown': written(sent(1, 0, { e: 'info', off: null }), read([[0, 1]])),
      'the poll that saw it failed': written(sent(1, 0, { e: 'fail', off: null }), read([[0, 1]], { e: 'fail' })),
    },
  },
  'corrupt-record': {
    witnesses: {
      'a record has other bytes than those that were sent': [
        written(sent(1, 0), read([[0, 1]], { bad: [[tp, 0, 'checksum']] })),
        ['corrupt-record'],
      ],
    },
    nearMisses: {
      'all is as it was sent': written(sent(1, 0), read([[0, 1]], { bad: [] })),
      'nothing is said of the bytes': written(sent(1, 0), read([[0, 1]])),
    },
  },
  'int-poll-skip': {
    witnesses: {
      'one poll leaves a record out': [
        written(sent(1, 0), sent(2, 1), sent(3, 2), read([[0, 1], [2, 3]]), read([[1, 2]], { p: 'c2' })), // prettier-ignore
        ['int-poll-skip'],
      ],
    },
    nearMisses: {
      'the partition was given anew during the poll': written(
        sent(1, 0),
        sent(2, 1),
        sent(3, 2),
        read([[0, 1], [2, 3]], { reb: [tp] }), // prettier-ignore
        read([[1, 2]], { p: 'c2' }),
      ),
      'retention had taken what lies between': written(
        sent(1, 0),
        sent(2, 1),
        sent(3, 2),
        read([[1, 2]], { p: 'c2' }),
        { f: 'start', tp, off: 2, r: 'b' },
        read([[0, 1], [2, 3]]), // prettier-ignore
      ),
    },
  },
  'int-nonmonotonic-poll': {
    witnesses: {
      'the sequence is inverted within a poll': [
        written(sent(1, 0), sent(2, 1), read([[1, 2], [0, 1]])), // prettier-ignore
        ['int-nonmonotonic-poll'],
      ],
    },
    nearMisses: {
      'records of two partitions': written(sent(1, 0), sent(2, 0, { tp: otherTp }), {
        f: 'poll',
        recs: [[tp, 0, 1], [otherTp, 0, 2]], // prettier-ignore
      }),
      'the partition was given anew during the poll': written(
        sent(1, 0),
        sent(2, 1),
        read([[1, 2], [0, 1]], { reb: [tp] }), // prettier-ignore
      ),
    },
  },
  'nonmonotonic-send': {
    witnesses: {
      'two sends of a producer stand the other way round': [written(sent(1, 1), sent(2, 0)), ['nonmonotonic-send']],
    },
    nearMisses: {
      'sends of two producers': written(sent(1, 1), sent(2, 0, { p: 'other' })),
      'the first was answered later, but called first': written(
        { ...sent(1, 0), e: 'inv', op: 1, off: null } as Line,
        { ...sent(2, 1), e: 'inv', op: 2, off: null } as Line,
        sent(2, 1, { op: 2 }),
        sent(1, 0, { op: 1 }),
      ),
      'the later one failed for certain': written(sent(1, 1), sent(2, 0, { e: 'fail' })),
    },
  },
  'int-nonmonotonic-send': {
    witnesses: {
      'records of one request stand the other way round': [
        written(sent(1, 1, { batch: 1 }), sent(2, 0, { batch: 1 })),
        ['int-nonmonotonic-send'],
      ],
    },
    nearMisses: {
      'records of one request in their sequence': written(sent(1, 0, { batch: 1 }), sent(2, 1, { batch: 1 })),
      'records of one request in two partitions': written(
        sent(1, 1, { batch: 1 }),
        sent(2, 0, { batch: 1, tp: otherTp }),
      ),
    },
  },
  'int-send-skip': {
    witnesses: {
      "somebody else's record lies between those of one request": [
        written(sent(1, 0, { batch: 1 }), sent(9, 1, { p: 'other' }), sent(2, 2, { batch: 1 })),
        ['int-send-skip', 'g0'],
      ],
    },
    nearMisses: {
      'a gap of offsets that nothing was written to': written(sent(1, 0, { batch: 1 }), sent(2, 5, { batch: 1 })),
      'two requests with something in between': written(
        sent(1, 0, { batch: 1 }),
        sent(9, 1, { p: 'other' }),
        sent(2, 2, { batch: 2 }),
      ),
    },
  },
  g0: {
    witnesses: {
      'two requests before each other in two partitions': [
        written(
          sent(1, 0, { batch: 1 }),
          sent(2, 1, { batch: 1, tp: otherTp }),
          sent(3, 1, { batch: 1, p: 'other' }),
          sent(4, 0, { batch: 1, p: 'other', tp: otherTp }),
        ),
        ['g0'],
      ],
    },
    nearMisses: {
      'two requests in the same sequence everywhere': written(
        sent(1, 0, { batch: 1 }),
        sent(2, 0, { batch: 1, tp: otherTp }),
        sent(3, 1, { batch: 1, p: 'other' }),
        sent(4, 1, { batch: 1, p: 'other', tp: otherTp }),
      ),
      'records that were sent one by one': written(
        sent(1, 0),
        sent(2, 1, { tp: otherTp }),
        sent(3, 1, { p: 'other' }),
        sent(4, 0, { p: 'other', tp: otherTp }),
      ),
    },
  },
  'committed-too-far': {
    witnesses: {
      'a client commits by itself what its last poll returned': [
        written(
          assigned('m', 0, 'reset', { p: 'c1' }),
          sent(1, 0),
          sent(2, 1),
          read([[0, 1]]),
          read([[1, 2]]),
          committed(2, { auto: true, m: 'm' }),
        ),
        ['committed-too-far'],
      ],
    },
    nearMisses: {
      'it commits what an earlier poll returned': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        sent(1, 0),
        sent(2, 1),
        read([[0, 1]]),
        read([[1, 2]]),
        committed(1, { auto: true, m: 'm' }),
      ),
      'after a later poll that returned nothing': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        sent(1, 0),
        read([[0, 1]]),
        read([]),
        committed(1, { auto: true, m: 'm' }),
      ),
      'the application commits what it has just been given': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        sent(1, 0),
        read([[0, 1]]),
        committed(1, { m: 'm' }),
      ),
    },
  },
  'hw-breach': {
    witnesses: {
      'a record at the high watermark was given out': [
        written(sent(1, 0), { f: 'hw', tp, off: 0, r: 'b' }, read([[0, 1]])),
        ['hw-breach'],
      ],
    },
    nearMisses: {
      'a record below it': written(sent(1, 0), { f: 'hw', tp, off: 1, r: 'b' }, read([[0, 1]])),
      'nothing is known of the high watermark since the log was opened': written(
        sent(1, 0),
        { f: 'hw', tp, off: 0, r: 'b' },
        recovered(1),
        read([[0, 1]]),
      ),
    },
  },
  'lso-breach': {
    witnesses: {
      'a reader of committed records was given more': [
        written(sent(1, 0), { f: 'lso', tp, off: 0, r: 'b' }, read([[0, 1]], { iso: 'rc' })),
        ['lso-breach'],
      ],
    },
    nearMisses: {
      'a reader of all records': written(sent(1, 0), { f: 'lso', tp, off: 0, r: 'b' }, read([[0, 1]], { iso: 'ru' })),
      'a record below it': written(sent(1, 0), { f: 'lso', tp, off: 1, r: 'b' }, read([[0, 1]], { iso: 'rc' })),
    },
  },
  'hw-regress': {
    witnesses: {
      'it fell': [written({ f: 'hw', tp, off: 5, r: 'b' }, { f: 'hw', tp, off: 3, r: 'b' }), ['hw-regress']],
    },
    nearMisses: {
      'the log was cut in a new epoch': written(
        { f: 'hw', tp, off: 5, r: 'b' },
        { f: 'trunc', tp, to: 3, ep: 2, r: 'b' },
        { f: 'hw', tp, off: 3, r: 'b' },
      ),
      'of another partition': written({ f: 'hw', tp, off: 5, r: 'b' }, { f: 'hw', tp: otherTp, off: 3, r: 'b' }),
    },
  },
  'lso-regress': {
    witnesses: {
      'it fell': [written({ f: 'lso', tp, off: 5, r: 'b' }, { f: 'lso', tp, off: 3, r: 'b' }), ['lso-regress']],
    },
    nearMisses: {
      'the same again': written({ f: 'lso', tp, off: 5, r: 'b' }, { f: 'lso', tp, off: 5, r: 'b' }),
      'after a crash': written({ f: 'lso', tp, off: 5, r: 'b' }, recovered(4), { f: 'lso', tp, off: 4, r: 'b' }),
    },
  },
  'start-regress': {
    witnesses: {
      'it fell, though the log was opened anew': [
        written({ f: 'start', tp, off: 5, r: 'b' }, recovered(9), { f: 'start', tp, off: 3, r: 'b' }),
        ['start-regress'],
      ],
    },
    nearMisses: {
      'it rose': written({ f: 'start', tp, off: 3, r: 'b' }, { f: 'start', tp, off: 5, r: 'b' }),
      'of another partition': written({ f: 'start', tp, off: 5, r: 'b' }, { f: 'start', tp: otherTp, off: 3, r: 'b' }),
    },
  },
  'unacked-resurrection': {
    witnesses: {
      'a send that failed for certain is there after the crash': [
        written(sent(1, 0, { e: 'fail', off: null }), recovered(1), read([[0, 1]])),
        ['unacked-resurrection', 'aborted-read'],
      ],
    },
    nearMisses: {
      'a send of unknown outcome': written(sent(1, 0, { e: 'info', off: null }), recovered(1), read([[0, 1]])),
      'a crash before the send': written(recovered(0), sent(1, 0), read([[0, 1]])),
    },
  },
  'durable-loss': {
    witnesses: {
      'an acknowledged record is beyond the end after the crash': [
        written(sent(1, 0), sent(2, 1), recovered(1)),
        ['durable-loss'],
      ],
    },
    nearMisses: {
      'the log holds it': written(sent(1, 0), recovered(1)),
      'it was never acknowledged': written(sent(1, 0), sent(2, 1, { e: 'info' }), recovered(1)),
      'it was sent after the crash': written(recovered(1), sent(2, 1)),
      'the crash was of another partition': written(sent(2, 1), recovered(1, { tp: otherTp })),
    },
  },
  'non-prefix-recovery': {
    witnesses: {
      'the log ends inside a batch': [written(appended(0, 2), appended(2, 3), recovered(4)), ['non-prefix-recovery']],
    },
    nearMisses: {
      'it ends between two batches': written(appended(0, 2), appended(2, 3), recovered(2)),
      'it holds everything': written(appended(0, 2), appended(2, 3), recovered(5)),
      'the batch that lies there had gone before': written(
        appended(0, 2),
        appended(2, 3),
        recovered(2),
        appended(2, 2),
        recovered(4),
      ),
    },
  },
  'two-leaders': {
    witnesses: {
      'an append in an earlier epoch': [written(appended(0, 1, { ep: 2 }), appended(1, 1, { ep: 1 })), ['two-leaders']],
    },
    nearMisses: {
      'epochs that rise': written(appended(0, 1, { ep: 1 }), appended(1, 1, { ep: 1 }), appended(2, 1, { ep: 2 })),
      'epochs of two partitions': written(appended(0, 1, { ep: 2 }), appended(0, 1, { ep: 1, tp: otherTp })),
    },
  },
  'seq-gap': {
    witnesses: {
      'a sequence number is left out': [
        written(appended(0, 2, { pid: 7, pep: 0, seq: 0 }), appended(2, 1, { pid: 7, pep: 0, seq: 3 })),
        ['seq-gap'],
      ],
      'a new epoch does not begin at 0': [
        written(appended(0, 2, { pid: 7, pep: 0, seq: 0 }), appended(2, 1, { pid: 7, pep: 1, seq: 2 })),
        ['seq-gap'],
      ],
    },
    nearMisses: {
      'numbers that follow each other': written(
        appended(0, 2, { pid: 7, pep: 0, seq: 0 }),
        appended(2, 1, { pid: 7, pep: 0, seq: 2 }),
        appended(3, 1, { pid: 7, pep: 1, seq: 0 }),
      ),
      'after the last number comes 0': written(
        appended(0, 1, { pid: 7, pep: 0, seq: 2 ** 31 - 1 }),
        appended(1, 1, { pid: 7, pep: 0, seq: 0 }),
      ),
      'an unknown producer may begin anywhere': written(appended(0, 1, { pid: 7, pep: 3, seq: 40 })),
    },
  },
  'false-dedup': {
    witnesses: {
      'a new value was taken for one that is there': [
        written(appended(0, 1), { ...sent(2, 0), e: 'inv', op: 1, off: null } as Line, sent(2, 0, { op: 1 })),
        ['false-dedup'],
      ],
    },
    nearMisses: {
      'it was appended after it was sent': written(
        { ...sent(2, 0), e: 'inv', op: 1, off: null } as Line,
        appended(0, 1),
        sent(2, 0, { op: 1 }),
      ),
      'nothing is known of when it was sent': written(appended(0, 1), sent(2, 0)),
    },
  },
  'zombie-commit': {
    witnesses: {
      'a commit of a member that was put out': [
        written(assigned('m1', 0, 'reset'), fenced('m1'), committed(1, { m: 'm1', r: 'b', p: 'broker' })),
        ['zombie-commit', 'commit-beyond-poll'],
      ],
      'a commit that was accepted after, and durable still later': [
        written(
          assigned('m1', 0, 'reset'),
          fenced('m1'),
          letGo('revoked', 'm2'),
          committed(0, { m: 'm1', r: 'b', p: 'broker', at: 1_500 }),
        ),
        ['zombie-commit'],
      ],
      'a commit for a partition that another member holds': [
        written(
          assigned('m1', 0, 'reset'),
          letGo('revoked', 'm1'),
          assigned('m2', 0, 'reset'),
          committed(0, { m: 'm1', r: 'b', p: 'broker' }),
        ),
        ['zombie-commit'],
      ],
    },
    nearMisses: {
      'a commit of the member that holds it': written(
        assigned('m1', 0, 'reset'),
        committed(0, { m: 'm1', r: 'b', p: 'broker' }),
      ),
      'a commit that was accepted before, and durable after it was put out': written(
        assigned('m1', 0, 'reset'),
        read([[0, 1]], { p: 'm1' }),
        sent(1, 0),
        fenced('m1'),
        committed(1, { m: 'm1', r: 'b', p: 'broker', at: 2_500 }),
      ),
      'a commit of a member that was put out by a coordinator which did not write it down': written(
        assigned('m1', 0, 'reset'),
        fenced('m1'),
        readBack('m1'),
        committed(0, { m: 'm1', r: 'b', p: 'broker' }),
      ),
      'a commit while nobody holds it': written(
        assigned('m1', 0, 'reset'),
        letGo('revoked', 'm1'),
        committed(0, { m: 'm1', r: 'b', p: 'broker' }),
      ),
      'a commit that the broker refused': written(
        assigned('m1', 0, 'reset'),
        fenced('m1'),
        committed(0, { m: 'm1', p: 'm1', e: 'fail' }),
      ),
    },
  },
  'commit-beyond-poll': {
    witnesses: {
      'what was not given out yet was committed': [
        written(assigned('m', 0, 'reset', { p: 'c1' }), sent(1, 0), read([[0, 1]]), committed(2, { m: 'm' })),
        ['commit-beyond-poll'],
      ],
    },
    nearMisses: {
      'what was given out was committed': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        sent(1, 0),
        read([[0, 1]]),
        committed(1, { m: 'm' }),
      ),
      'the start was committed': written(assigned('m', 5, 'reset', { p: 'c1' }), committed(5, { m: 'm' })),
      'somebody asked for it': written(assigned('m', 0, 'reset', { p: 'c1' }), committed(9, { m: 'm', rewind: true })),
      'after a seek': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        { f: 'seek', tp, off: 9 },
        committed(9, { m: 'm' }),
      ),
    },
  },
  'committed-vanished': {
    witnesses: {
      'the group is told that it has committed nothing': [
        written(committed(5), { f: 'committed', g: 'g', tps: [tp] }),
        ['committed-vanished'],
      ],
    },
    nearMisses: {
      'it is told its offset': written(committed(5), { f: 'committed', g: 'g', tps: [tp], offs: { [tp]: 5 } }),
      'its offsets have expired': written(
        committed(5),
        { f: 'expire', what: 'offsets', who: 'g', r: 'b' },
        { f: 'committed', g: 'g', tps: [tp] },
      ),
      'another group has committed': written(committed(5, { g: 'h' }), { f: 'committed', g: 'g', tps: [tp] }),
    },
  },
  'unowned-forever': {
    witnesses: {
      'nobody holds a partition long after all was well': [
        later(
          written(
            assigned('m1', 0, 'reset', { tps: { [tp]: 0, [otherTp]: 0 } }),
            letGo('revoked', 'm1'),
            healed,
            read([]),
          ),
          20_000,
        ),
        ['unowned-forever'],
      ],
      'nobody gets what a member had that was put out': [
        later(
          written(
            assigned('m1', 0, 'reset', { tps: { [tp]: 0, [otherTp]: 0 } }),
            fenced('m1'),
            readBack('m2'),
            assigned('m2', 0, 'reset', { tps: { [otherTp]: 0 } }),
            healed,
            read([]),
          ),
          20_000,
        ),
        ['unowned-forever'],
      ],
    },
    nearMisses: {
      'not for so long yet': later(
        written(
          assigned('m1', 0, 'reset', { tps: { [tp]: 0, [otherTp]: 0 } }),
          letGo('revoked', 'm1'),
          healed,
          read([]),
        ),
        2_000,
      ),
      'that its member was put out was never written down': later(
        written(
          assigned('m1', 0, 'reset', { tps: { [tp]: 0, [otherTp]: 0 } }),
          fenced('m1'),
          readBack('m1'),
          assigned('m2', 0, 'reset', { tps: { [otherTp]: 0 } }),
          healed,
          read([]),
        ),
        20_000,
      ),
      'the group has no member any more': later(
        written(assigned('m1', 0, 'reset'), letGo('revoked', 'm1'), healed, read([])),
        20_000,
      ),
      'faults go on': later(
        written(assigned('m1', 0, 'reset', { tps: { [tp]: 0, [otherTp]: 0 } }), letGo('revoked', 'm1'), read([])),
        20_000,
      ),
    },
  },
  'delivered-after-revoke': {
    witnesses: {
      'a record of a partition that was revoked': [
        written(
          assigned('m', 0, 'reset', { p: 'c1' }),
          letGo('revoked', 'm', { p: 'c1' }),
          sent(1, 0),
          read([[0, 1]], { g: 'g' }),
        ),
        ['delivered-after-revoke'],
      ],
    },
    nearMisses: {
      'it was given again': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        letGo('lost', 'm', { p: 'c1' }),
        assigned('m', 0, 'reset', { p: 'c1' }),
        sent(1, 0),
        read([[0, 1]], { g: 'g' }),
      ),
      'another member lost it': written(
        assigned('m', 0, 'reset', { p: 'c1' }),
        letGo('lost', 'm2', { p: 'c2' }),
        sent(1, 0),
        read([[0, 1]], { g: 'g' }),
      ),
    },
  },
  'unsettled-send': {
    witnesses: {
      'nothing was said of a send for too long': [
        later(written({ ...sent(1, 0), e: 'inv', off: null } as Line, read([])), 20_000),
        ['unsettled-send'],
      ],
    },
    nearMisses: {
      'its time is not over': later(written({ ...sent(1, 0), e: 'inv', off: null } as Line, read([])), 5_000),
      'its client has crashed': later(
        written({ ...sent(1, 0), e: 'inv', off: null } as Line, { f: 'crash', node: 'producer' }, read([])),
        20_000,
      ),
      'it was told that nobody knows': later(
        written({ ...sent(1, 0), e: 'inv', off: null, op: 1 } as Line, sent(1, 0, { e: 'info', op: 1 }), read([])),
        20_000,
      ),
    },
  },
};

describe.each(Object.entries(predicates))('%s', (name, { witnesses, nearMisses }) => {
  test.each(Object.entries(witnesses))('is found: %s', (_, [history, expected]) => {
    expect(names(history)).toContain(name);
    expect(new Set(names(history))).toEqual(new Set(expected));
  });

  test.each(Object.entries(nearMisses))('near miss: %s', (_, history) => {
    expect(findAnomalies(history)).toEqual([]);
  });
});

test('an anomaly says what was found and cites the lines that show it', () => {
  const [anomaly] = checkHistory(written(sent(1, 0), committed(5), committed(4), sent(2, 0)));
  expect(anomaly).toEqual({
    name: 'inconsistent-offsets',
    message: `Offset 0 of ${tp} holds the values 1 and 2.`,
    evidence: [1, 4],
  });
});

test('what Kafka does not promise in a mode is told, and is no error there', () => {
  const twice = written(sent(1, 0), sent(2, 2), read([[0, 1]]), read([[1, 1]], { p: 'c2' }));
  expect(findAnomalies(twice).map(({ name }) => name)).toContain('duplicate');
  expect(checkHistory(twice).map(({ name }) => name)).not.toContain('duplicate');
  const idempotent = { ...twice, header: { ...twice.header, idempotent: true } };
  expect(checkHistory(idempotent).map(({ name }) => name)).toContain('duplicate');
});
