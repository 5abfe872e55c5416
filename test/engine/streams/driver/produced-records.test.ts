import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProducedRecords } from '../../../../src/engine/streams/driver/produced-records.js';
import type { ProducedRecord } from '../../../../src/engine/streams/task/raw-record.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 60 }));

const record: fc.Arbitrary<ProducedRecord> = fc.record({
  topic: fc.constantFrom('a', 'b'),
  partition: fc.option(fc.nat(3)),
  timestamp: fc.nat(),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(fc.constantFrom('h', 'i'), bytes), { maxLength: 2 }),
  node: fc.option(fc.constantFrom('sink', 'other')),
});

const step = fc.oneof(
  { weight: 5, arbitrary: record.map((sent) => ({ kind: 'send' as const, sent })) },
  { weight: 2, arbitrary: fc.constantFrom('a', 'b').map((topic) => ({ kind: 'read' as const, topic })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'capture' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'read all' as const }) },
);

describe('what a topology has sent', () => {
  it('comes back as it was, topic by topic or all of it in order, each record once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const produced = new ProducedRecords();
        let fresh: ProducedRecord[] = [];
        let unread: ProducedRecord[] = [];
        for (const each of steps) {
          if (each.kind === 'send') {
            produced.send(each.sent);
            fresh.push(each.sent);
          } else if (each.kind === 'capture') {
            const wanted = fresh.filter(({ topic }) => topic === 'a');
            expect(produced.capture((topic) => topic === 'a')).toEqual(wanted);
            unread.push(...fresh);
            fresh = [];
          } else if (each.kind === 'read') {
            const expected = unread.find(({ topic }) => topic === each.topic);
            expect(produced.count(each.topic)).toBe(unread.filter(({ topic }) => topic === each.topic).length);
            expect(produced.read(each.topic)).toEqual(expected);
            unread = unread.filter((other) => other !== expected);
          } else {
            expect(produced.readAll()).toEqual(unread);
            unread = [];
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
