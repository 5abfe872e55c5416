import { describe, expect, it } from 'vitest';
import { suppress, type BufferConfig, type SuppressUntil } from '../../../../src/engine/streams/processors/suppress.js';
import { tableSource } from '../../../../src/engine/streams/processors/table-source.js';
import type { Serde } from '../../../../src/engine/streams/serdes.js';
import type { BufferStore } from '../../../../src/engine/streams/state/buffer-store.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';
import { suppressionBufferBuilder } from '../../../../src/engine/streams/state/stores.js';
import { change, json, OperatorBench, text, type LoggedChange } from '../operator-bench.js';

const unbounded: BufferConfig = { maxRecords: null, maxBytes: null, whenFull: 'shut-down' };

function holding<K>(
  until: SuppressUntil,
  keySerde: Serde<K>,
  buffer: BufferConfig = unbounded,
  changelog: readonly LoggedChange[] = [],
) {
  const builder = suppressionBufferBuilder({ name: 'b', keySerde, valueSerde: json<number>() });
  const bench = new OperatorBench({ stores: [builder], changelog });
  const parent = tableSource<K, number>({ storeName: 'rows', isMaterialized: true });
  const put = bench.node('hold', suppress({ parent, until, buffer, storeName: 'b' }));
  return { bench, put, buffer: bench.store('b') as BufferStore };
}

const limit = (waitMs: number): SuppressUntil => ({ kind: 'time-limit', waitMs });
const early = (given: Partial<BufferConfig>): BufferConfig => ({ ...unbounded, whenFull: 'emit-early', ...given });

describe('suppress until a time limit', () => {
  it('passes everything on at once if the limit is 0', () => {
    const { put } = holding(limit(0), text);
    expect(put('a', change(1), 5)).toEqual([['a', change(1), 5]]);
    expect(put('a', change(2), 3)).toEqual([['a', change(2), 3]]);
  });

  it('keeps the place of the first update and lets the latest go', () => {
    const { put, buffer } = holding(limit(10), text);
    expect([put('a', change(1), 0), put('a', change(2, 1), 5)].flat()).toEqual([]);
    expect([buffer.numRecords, buffer.minTimestamp]).toEqual([1, 0]);
    expect(put('b', change(7), 10)).toEqual([['a', change(2, 1), 5]]);
  });

  it('passes tombstones on', () => {
    const { put } = holding(limit(1), text);
    put('a', change<number>(null, 1), 0);
    expect(put('b', change(7), 1)).toEqual([['a', change<number>(null, 1), 0]]);
  });

  it('lets the oldest go early when it is full', () => {
    const { put } = holding(limit(1000), text, early({ maxRecords: 1 }));
    expect(put('b', change(1), 5)).toEqual([]);
    expect(put('a', change(2), 5)).toEqual([['a', change(2), 5]]);
    expect(put('c', change(3), 9)).toEqual([['b', change(1), 5]]);
  });

  it('stops the application when it is full and told so', () => {
    const { put } = holding(limit(1000), text, { ...unbounded, maxRecords: 1 });
    put('a', change(1), 5);
    expect(() => put('b', change(1), 6)).toThrow('buffer exceeded its max capacity. Currently [2/1] records');
  });

  it('STR-9 logs with the flush what is held and what has left, and holds after a restore what it held', () => {
    const { bench, put, buffer } = holding(limit(10), text);
    put('a', change(1), 0);
    put('b', change(2), 4);
    bench.flush();
    put('b', change(3, 2), 10);
    bench.flush();
    expect(
      bench.changelog.map(({ key, value, headers, isWithoutTimestamp }) => [
        text.deserialize('', key),
        value === null ? null : headers[0]?.[0],
        isWithoutTimestamp,
      ]),
    ).toEqual([
      ['a', 'v', true],
      ['b', 'v', true],
      ['b', 'v', true],
      ['a', null, true],
    ]);
    const restored = holding(limit(10), text, unbounded, bench.changelog);
    expect(restored.buffer).toMatchObject({
      numRecords: buffer.numRecords,
      bufferBytes: buffer.bufferBytes,
      minTimestamp: buffer.minTimestamp,
    });
    expect(restored.put('c', change(9), 14)).toEqual([['b', change(3, 2), 10]]);
  });
});

describe('suppress until windows close', () => {
  const window = (key: string, start: number, end: number): Windowed<string> => ({ key, window: { start, end } });
  const keys = json<Windowed<string>>();

  it('STR-4 passes on one result for each window, never before it has closed, by end and then key', () => {
    const { put } = holding({ kind: 'window-closes', graceMs: 5 }, keys);
    put(window('b', 0, 10), change(1, 0), 3);
    put(window('a', 0, 10), change(1, 0), 4);
    put(window('b', 0, 10), change(2, 1), 8);
    expect(put(window('c', 10, 20), change(1, 0), 14)).toEqual([]);
    expect(put(window('c', 10, 20), change(2, 1), 15)).toEqual([
      [window('a', 0, 10), change(1, 0), 4],
      [window('b', 0, 10), change(2, 1), 8],
    ]);
  });

  it('passes no tombstones on: nothing was before them', () => {
    const { put } = holding<Windowed<string>>({ kind: 'window-closes', graceMs: 0 }, keys);
    put(window('a', 0, 10), change(1), 3);
    put(window('a', 0, 10), change<number>(null, 1), 4);
    expect(put(window('a', 10, 20), change(1), 10)).toEqual([]);
  });

  it('passes on the headers of the record that is held, not of the one that moved the time', () => {
    const { bench, put } = holding({ kind: 'window-closes', graceMs: 0 }, keys);
    put(window('a', 0, 10), change(1), 3, [['h', Uint8Array.of(1)]]);
    put(window('a', 10, 20), change(1), 10, [['h', Uint8Array.of(2)]]);
    expect(bench.passed[0]?.record.headers).toEqual([['h', Uint8Array.of(1)]]);
  });
});

it('what is below a suppression reads the value before the first update that is held', () => {
  const builder = suppressionBufferBuilder({ name: 'b', keySerde: text, valueSerde: json<number>() });
  const parent = {
    isVersioned: false,
    enableSendingOldValues: () => true,
    view: () => ({
      storeNames: ['rows'],
      get: () => ({
        init: () => undefined,
        get: (key: string) => (key === 'a' ? { value: 9, timestamp: 1 } : null),
        getAsOf: () => null,
        isVersioned: false,
      }),
    }),
  };
  const supplier = suppress<string, number>({ parent, until: limit(10), buffer: unbounded, storeName: 'b' });
  const bench = new OperatorBench({ stores: [builder] });
  const put = bench.node('hold', supplier);
  const getter = supplier.view().get();
  bench.node('reader', { get: () => ({ init: (context) => getter.init(context as never), process: () => undefined }) });
  expect(supplier.view().storeNames).toEqual(['b', 'rows']);
  expect(getter.get('a')?.value).toBe(9);
  put('a', change(9, 4), 1);
  expect(getter.get('a')?.value).toBe(4);
});
