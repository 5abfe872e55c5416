import { describe, expect, test } from 'vitest';
import type { AnomalyName } from '../../../src/engine/history/anomaly.js';
import { checkHistory } from '../../../src/engine/history/check-history.js';
import type { History } from '../../../src/engine/history/history.js';
import { assigned, committed, fenced, letGo, otherTp, read, sent, tp, written } from './written-history.js';

const names = (history: History): AnomalyName[] => checkHistory(history).map(({ name }) => name);
const final = { final: true, from: { [tp]: 0 } } as const;

interface Predicate {
  /** Histories that break the rule, with everything that must be found in them. */
  readonly witnesses: Readonly<Record<string, readonly [History, readonly AnomalyName[]]>>;
  /** Histories that look alike and break nothing. */
  readonly nearMisses: Readonly<Record<string, History>>;
}

const predicates: Partial<Record<AnomalyName, Predicate>> = {
  'inconsistent-offsets': {
    witnesses: {
      'two sends acknowledged with one offset': [written(sent(1, 0), sent(2, 0)), ['inconsistent-offsets']],
      'a read that differs from the acknowledgement': [
        written(sent(1, 0), sent(2, 1), read([[0, 2]])),
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
      'one poll leaves a record out': [
        written(sent(1, 0), sent(2, 1), sent(3, 2), read([[0, 1], [2, 3]]), read([[1, 2]], { p: 'c2' })), // prettier-ignore
        ['poll-skip'],
      ],
    },
    nearMisses: {
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
      'the sequence is inverted within a poll': [
        written(sent(1, 0), sent(2, 1), read([[1, 2], [0, 1]])), // prettier-ignore
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
      'the commit was by another group': written(committed(5, { g: 'h' }), assigned('m1', 0, 'reset')),
    },
  },
};

describe.each(Object.entries(predicates))('%s', (name, { witnesses, nearMisses }) => {
  test.each(Object.entries(witnesses))('is found: %s', (_, [history, expected]) => {
    expect(names(history)).toContain(name);
    expect(new Set(names(history))).toEqual(new Set(expected));
  });

  test.each(Object.entries(nearMisses))('near miss: %s', (_, history) => {
    expect(checkHistory(history)).toEqual([]);
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
