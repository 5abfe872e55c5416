import { describe, expect, it } from 'vitest';
import { branch } from '../../../../src/engine/streams/processors/branch.js';
import { filter } from '../../../../src/engine/streams/processors/filter.js';
import { flatMap } from '../../../../src/engine/streams/processors/flat-map.js';
import { flatMapValues } from '../../../../src/engine/streams/processors/flat-map-values.js';
import { map, selectKey } from '../../../../src/engine/streams/processors/map.js';
import { mapValues } from '../../../../src/engine/streams/processors/map-values.js';
import { passThrough } from '../../../../src/engine/streams/processors/pass-through.js';
import { foreach, peek } from '../../../../src/engine/streams/processors/peek.js';
import { OperatorBench } from '../operator-bench.js';

const headers = [['h', Uint8Array.of(1)]] as const;

describe('stateless operators', () => {
  const isLong = (_key: string, value: string) => value.length > 1;

  it('filter and its opposite share the records out', () => {
    const bench = new OperatorBench();
    const kept = bench.node('filter', filter({ predicate: isLong }));
    const others = bench.node('not', filter({ predicate: isLong, not: true }));
    expect([kept('k', 'ab', 1), kept('k', 'a', 1)]).toEqual([[['k', 'ab', 1]], []]);
    expect([others('k', 'ab', 1), others('k', 'a', 1)]).toEqual([[], [['k', 'a', 1]]]);
  });

  it('map, selectKey and mapValues keep timestamp and headers', () => {
    const bench = new OperatorBench();
    bench.node('map', map({ mapper: (key: string, value: string) => [value, key] as const }))('k', 'v', 7, headers);
    bench.node('key', selectKey({ mapper: (key: string, value: string) => key + value }))('k', 'v', 8, headers);
    bench.node('value', mapValues({ mapper: (value: string, key: string) => `${key}:${value}` }))('k', 'v', 9, headers);
    expect(bench.passed.map(({ record }) => record)).toEqual([
      { key: 'v', value: 'k', timestamp: 7, headers },
      { key: 'kv', value: 'v', timestamp: 8, headers },
      { key: 'k', value: 'k:v', timestamp: 9, headers },
    ]);
  });

  it('flatMap and flatMapValues send each result all the way down before the next', () => {
    const bench = new OperatorBench();
    const order: string[] = [];
    bench.node('end', foreach({ action: (_key: string, value: string) => void order.push(value) }));
    const letters = (value: string) => {
      order.push('split');
      return value.split(',');
    };
    bench.node('values', flatMapValues({ mapper: letters }), 'end')('k', 'a,b', 1);
    bench.node(
      'pairs',
      flatMap({ mapper: (key: string, value: string) => letters(value).map((v) => [key, v] as const) }),
      'end',
    )('k', 'c,d', 1);
    expect(order).toEqual(['split', 'a', 'b', 'split', 'c', 'd']);
  });

  it('branch takes the first that holds, else the default, else drops', () => {
    const predicates = [isLong, (_key: string, value: string) => value.startsWith('a')];
    const bench = new OperatorBench();
    const node = bench.node('split', branch({ predicates, childNames: ['long', 'a'], defaultChildName: 'rest' }));
    const bare = bench.node('bare', branch({ predicates, childNames: ['long', 'a'] }));
    for (const value of ['ab', 'a', 'b']) {
      node('k', value, 1);
      bare('k', value, 1);
    }
    expect(bench.passed.map(({ from, child }) => [from, child])).toEqual([
      ['split', 'long'],
      ['bare', 'long'],
      ['split', 'a'],
      ['bare', 'a'],
      ['split', 'rest'],
    ]);
  });

  it('peek and pass-through change nothing, and nothing goes on from foreach', () => {
    const bench = new OperatorBench();
    const seen: string[] = [];
    const action = (_key: string, value: string) => void seen.push(value);
    expect(bench.node('peek', peek({ action }))('k', 'v', 1)).toEqual([['k', 'v', 1]]);
    expect(bench.node('pass', passThrough<string, string>())('k', 'v', 1)).toEqual([['k', 'v', 1]]);
    expect(bench.node('each', foreach({ action }))('k', 'w', 1)).toEqual([]);
    expect(seen).toEqual(['v', 'w']);
  });
});
