import { expect, test } from 'vitest';
import { buildProgram } from '../../../../src/engine/scenario/streams-programs/build-program.js';
import { topologyEvent } from '../../../../src/engine/scenario/topology-event.js';
import type { StreamsProgram } from '../../../../src/engine/scenario/streams-run-spec.js';
import { topologyRows, type TopologyRow } from '../../../../src/ui/components/streams/topology-rows.js';

const second = 1000;
const programs: readonly StreamsProgram[] = [
  {
    program: 'window-count',
    window: 'tumbling',
    sizeMs: 10 * second,
    advanceMs: 5 * second,
    graceMs: 0,
    emits: 'final',
  },
  { program: 'price-table', changelog: 'compact' },
  { program: 'retail-desk', openingStock: 10, reorderBelow: 4, fastSales: 8, windowMs: 10 * second },
  {
    program: 'price-join',
    join: 'table-table',
    windowMs: 0,
    repartitions: true,
    sales: 'sales',
    prices: 'prices',
    output: 'priced',
  },
];

const rowsOf = (program: StreamsProgram) =>
  topologyRows(topologyEvent('app', buildProgram(program).topology.build('app')));
const nameOf = (row: TopologyRow | undefined) => (row === undefined || row.kind === 'head' ? '' : row.name);

test('a chain is one lane, from the topic that is read to the one that is written', () => {
  const { rows, edges, lanes } = rowsOf(programs[0] as StreamsProgram);
  expect(rows.map((row) => (row.kind === 'head' ? `sub-topology ${row.subTopology}` : row.name))).toEqual([
    'sub-topology 0',
    'clicks',
    'count',
    'suppress',
    'to-stream',
    'counts',
  ]);
  expect(lanes).toBe(1);
  expect(edges.map(({ from, to }) => `${nameOf(rows[from])} → ${nameOf(rows[to])}`)).toEqual([
    'clicks → count',
    'count → suppress',
    'suppress → to-stream',
    'to-stream → counts',
  ]);
});

test.each(programs)('$program: parents come first, and every edge of the topology is drawn once', (program) => {
  const { rows, edges } = rowsOf(program);
  for (const { from, to } of edges) expect(from).toBeLessThan(to);
  const drawn = edges.map(({ from, to }) => `${nameOf(rows[from])} → ${nameOf(rows[to])}`);
  expect(new Set(drawn).size).toBe(drawn.length);
  const { nodes } = topologyEvent('app', buildProgram(program).topology.build('app'));
  for (const { name, kind, topics, children } of nodes) {
    if (name.endsWith('-repartition-filter')) continue;
    if (kind === 'sink') expect(topics.every((topic) => rows.some((row) => nameOf(row) === topic))).toBe(true);
    else
      for (const child of children.filter((each) => !each.endsWith('-repartition-filter'))) {
        const target = nodes.find((node) => node.name === child);
        const to = target?.kind === 'sink' ? (target.topics[0] ?? '') : child;
        const from = kind === 'source' ? (topics[0] ?? '') : name;
        expect(drawn).toContain(`${from} → ${to}`);
      }
  }
});

test('lines that are under way at once have lanes of their own', () => {
  const { rows, edges } = rowsOf(programs[2] as StreamsProgram);
  edges.forEach((edge, at) => {
    for (const other of edges.slice(at + 1)) {
      const overlap = Math.min(edge.to, other.to) - Math.max(edge.from, other.from);
      if (edge.lane === other.lane && overlap > 1) expect(edge.from).toBe(other.from);
    }
  });
  expect(rows.filter(({ kind }) => kind === 'head')).toHaveLength(3);
});
