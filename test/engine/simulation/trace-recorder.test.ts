import { expect, test } from 'vitest';
import { TraceRecorder, traceHash, traceLines } from '../../../src/engine/simulation/trace-recorder.js';

function recorded(...texts: string[]): TraceRecorder {
  const recorder = new TraceRecorder({ now: () => 7 });
  for (const text of texts) recorder.tracer('script').emit({ kind: 'command', text });
  return recorder;
}

test('events are numbered from 0 without gaps and say when and who', () => {
  const { events } = recorded('a', 'b');
  expect(events).toEqual([
    { kind: 'command', text: 'a', index: 0, at: 7, source: 'script' },
    { kind: 'command', text: 'b', index: 1, at: 7, source: 'script' },
  ]);
});

test('the lines of a trace do not depend on the order in which fields were written', () => {
  const one = { kind: 'command', text: 'a', args: { x: 1, y: null }, index: 0, at: 7, source: 's' } as const;
  const other = { source: 's', at: 7, index: 0, args: { y: null, x: 1 }, text: 'a', kind: 'command' } as const;
  expect(traceLines([one])).toBe(traceLines([other]));
  expect(traceLines([one])).toBe(
    '{"args":{"x":1,"y":null},"at":7,"index":0,"kind":"command","source":"s","text":"a"}\n',
  );
});

test('the hash tells traces apart by content and by length', () => {
  expect(traceHash(recorded('a', 'b').events)).toBe(traceHash(recorded('a', 'b').events));
  expect(traceHash(recorded('a', 'b').events)).not.toBe(traceHash(recorded('a', 'c').events));
  expect(traceHash(recorded('a').events)).toMatch(/^1-[0-9a-f]{8}$/);
});
