import { describe, expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { causeChain } from '../../../src/engine/scenario/cause-chain.js';
import { readStoredRecord } from '../../../src/engine/scenario/stored-record.js';
import { StreamsRun } from '../../../src/engine/scenario/streams-run.js';
import { StreamsRunProjector } from '../../../src/engine/scenario/streams-run-projector.js';
import type {
  RetailDeskProgram,
  StreamsRunSpec,
  StreamsRunStep,
} from '../../../src/engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../../src/engine/scenario/streams-run-view.js';

const second = 1000;
const program: RetailDeskProgram = {
  program: 'retail-desk',
  openingStock: 10,
  reorderBelow: 4,
  fastSales: 8,
  windowMs: 10 * second,
};

const sale = (atMs: number, sku: string, qty: number): StreamsRunStep => ({
  atMs,
  does: 'send',
  topic: 'sales',
  key: `order-${atMs}`,
  value: JSON.stringify({ sku, qty }),
});

const spec: StreamsRunSpec = {
  kind: 'streams',
  seed: '7',
  topics: ['sales', 'shipments', 'stock-levels', 'reorders', 'price-adjustments'].map((topic) => ({
    topic,
    partitions: 2,
  })),
  applications: [{ application: 'retail', program, instances: ['a', 'b'] }],
  script: [
    { atMs: 0, does: 'start', instance: 'a' },
    { atMs: 500, does: 'start', instance: 'b' },
    sale(3_000, 'sku-1', 3),
    sale(4_000, 'sku-4', 2),
    sale(5_000, 'sku-1', 4),
    { atMs: 7_000, does: 'crash', instance: 'b' },
    sale(8_000, 'sku-1', 1),
  ],
  endsAtMs: 20 * second,
};

async function played(of: StreamsRunSpec, storage = new MemoryStorage()) {
  const run = await StreamsRun.open(of, { settle, storage });
  await run.advanceTo(of.endsAtMs + 1);
  const projector = new StreamsRunProjector(of, run.originMs);
  projector.add(run.trace);
  return { run, storage, at: (ms: number): StreamsRunView => projector.viewAt(ms) };
}

/** The run that most of these look at. */
let once: ReturnType<typeof played> | undefined;
const playedOnce = (): ReturnType<typeof played> => (once ??= played(spec));

describe('a run of streams applications', () => {
  test('is a function of its spec: the same trace every time', async () => {
    const [one, other] = [await playedOnce(), await played(spec)];
    expect(other.run.trace).toEqual(one.run.trace);
    expect(one.run.trace.at(-1)).toMatchObject({ kind: 'command', id: 'command:finished' });
  });

  test('is shown at a moment with nothing that is later, whichever way the head moves', async () => {
    const { at } = await playedOnce();
    const end = at(spec.endsAtMs);
    const early = at(5_500);
    expect(at(spec.endsAtMs)).toEqual(end);
    expect(at(5_500)).toEqual(early);
    const moments = [
      ...early.topics.flatMap(({ partitions }) =>
        partitions.flatMap(({ cells }) => cells.map(({ storedAtMs }) => storedAtMs)),
      ),
      ...early.applications.flatMap(({ tasks }) =>
        tasks.flatMap(({ spans, processed }) => [
          ...spans.map(({ fromMs }) => fromMs),
          ...processed.map(({ atMs }) => atMs),
        ]),
      ),
    ];
    expect(Math.max(...moments)).toBeLessThanOrEqual(5_500);
    expect(early.topics.find(({ topic }) => topic === 'sales')?.partitions.flatMap(({ cells }) => cells)).toHaveLength(
      3,
    );
  });

  test('tells what lies in the log, and of each topic whose it is', async () => {
    const { at, storage } = await playedOnce();
    const { topics } = at(spec.endsAtMs);
    expect(Object.fromEntries(topics.map(({ topic, role }) => [topic, role]))).toMatchObject({
      sales: 'input',
      'stock-levels': 'output',
      'retail-sales-by-sku-repartition': 'repartition',
      'retail-stock-changelog': 'changelog',
    });
    const stock = topics.find(({ topic }) => topic === 'retail-stock-changelog');
    for (const { partition, cells } of stock?.partitions ?? [])
      for (const { offset, key, value } of cells) {
        const stored = await readStoredRecord(storage, { topic: 'retail-stock-changelog', partition, offset });
        expect(new TextDecoder().decode(stored?.key ?? new Uint8Array())).toBe(key);
        const bytes = stored?.value ?? new Uint8Array();
        expect(String(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0))).toBe(value);
      }
  });

  test('a task whose instance is killed has its stores again elsewhere, as the fold of their changelogs', async () => {
    const { at } = await playedOnce();
    const view = at(spec.endsAtMs);
    const [retail] = view.applications;
    expect(retail?.instances.map(({ condition }) => condition)).toEqual(['running', 'crashed']);
    const moved = retail?.tasks.filter(({ spans }) => spans.some(({ end }) => end === 'crashed')) ?? [];
    expect(moved.length).toBeGreaterThan(0);
    for (const { spans } of moved) expect(spans.at(-1)).toMatchObject({ instance: 'a', toMs: undefined });
    const stock = retail?.tasks.flatMap(({ stores }) => stores.filter(({ store }) => store === 'stock'));
    expect(stock?.flatMap(({ rows }) => rows.map(({ key, value }) => `${key}=${value}`)).sort()).toEqual([
      'sku-1=2',
      'sku-4=8',
    ]);
  });

  test('says what its applications are made of', async () => {
    const [retail] = (await played({ ...spec, endsAtMs: 100 })).at(100).applications;
    expect(retail?.nodes.find(({ name }) => name === 'decide-reorder')).toMatchObject({
      kind: 'processor',
      stores: ['open-reorders'],
      children: ['reorders'],
    });
    expect(retail?.repartitionTopics).toContain('retail-sales-by-sku-repartition');
  });

  test('fails where the script contradicts itself', async () => {
    const twice = { ...spec, script: [...spec.script, { atMs: 9_000, does: 'start', instance: 'a' } as const] };
    await expect(played(twice)).rejects.toThrow('The script starts a, which runs already.');
  });
});

test('what came out of an application leads back, record by record, to the command that sent what went in', async () => {
  const { run } = await playedOnce();
  const out = run.trace.findLast((event) => event.kind === 'records-stored' && event.topic === 'reorders');
  const chain = causeChain(run.trace, out?.index ?? -1);
  const told = chain.flatMap((event) => {
    if (event.kind === 'records-stored') return [`stored in ${event.topic}`];
    if (event.kind === 'record-processed') return [`processed from ${event.topic}`];
    return event.kind === 'command' ? [event.id] : [];
  });
  expect(told).toEqual([
    'stored in reorders',
    'processed from retail-sales-by-sku-repartition',
    'stored in retail-sales-by-sku-repartition',
    'processed from sales',
    'stored in sales',
    'command:script-4',
  ]);
});
