import { describe, expect, it } from 'vitest';
import { planTopics } from '../../../../src/engine/streams/runtime/topic-plan.js';
import type {
  BuiltTopology,
  InternalTopic,
  SubTopology,
} from '../../../../src/engine/streams/topology/topology-node.js';

const internal = (name: string, partitions: number | null = null): InternalTopic => ({ name, config: {}, partitions });

function topology(...parts: Partial<SubTopology>[]): BuiltTopology {
  return {
    applicationId: 'app',
    global: null,
    copartitionGroups: [],
    subTopologies: parts.map((part, id) => ({
      id,
      nodes: [],
      stores: [],
      sourceTopics: [],
      sinkTopics: [],
      repartitionTopics: [],
      changelogTopics: new Map(),
      copartitionGroups: [],
      ...part,
    })),
  };
}

const cluster = (topics: Record<string, number>) => new Map(Object.entries(topics));
const counts = (topics: readonly { readonly name: string; readonly partitions: number }[]) =>
  Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions]));

describe('how many partitions internal topics have', () => {
  it('is the most that what writes a repartition topic reads, through several of them', () => {
    const plan = planTopics(
      topology(
        { sourceTopics: ['r1'], sinkTopics: ['r2'], repartitionTopics: [internal('r1')] },
        { sourceTopics: ['r2'], repartitionTopics: [internal('r2')], changelogTopics: new Map([['s', internal('c')]]) },
        { sourceTopics: ['a', 'b'], sinkTopics: ['r1'] },
      ),
      cluster({ a: 2, b: 5 }),
    );
    expect(counts(plan.repartitionTopics)).toEqual({ r1: 5, r2: 5 });
    expect(counts(plan.changelogTopics)).toEqual({ c: 5 });
    expect(plan.tasks.map(({ id }) => id)).toEqual(
      [0, 1, 2].flatMap((part) => [0, 1, 2, 3, 4].map((at) => `${part}_${at}`)),
    );
    expect(plan.tasks.filter(({ id }) => id.startsWith('2_')).map(({ topics }) => topics.join())).toEqual([
      'a,b',
      'a,b',
      'b',
      'b',
      'b',
    ]);
  });

  it('is their own where they have one', () => {
    const plan = planTopics(
      topology(
        { sourceTopics: ['a'], sinkTopics: ['r'] },
        { sourceTopics: ['r'], repartitionTopics: [internal('r', 7)] },
      ),
      cluster({ a: 2 }),
    );
    expect(counts(plan.repartitionTopics)).toEqual({ r: 7 });
  });

  it('is that of the topic they are joined with', () => {
    const plan = planTopics(
      topology(
        { sourceTopics: ['a'], sinkTopics: ['r'] },
        { sourceTopics: ['r', 'table'], repartitionTopics: [internal('r')], copartitionGroups: [['r', 'table']] },
      ),
      cluster({ a: 2, table: 6 }),
    );
    expect(counts(plan.repartitionTopics)).toEqual({ r: 6 });
  });

  it('is the largest among repartition topics that are joined', () => {
    const plan = planTopics(
      topology(
        { sourceTopics: ['a'], sinkTopics: ['r1'] },
        { sourceTopics: ['b'], sinkTopics: ['r2'] },
        {
          sourceTopics: ['r1', 'r2'],
          repartitionTopics: [internal('r1'), internal('r2')],
          copartitionGroups: [['r1', 'r2']],
        },
      ),
      cluster({ a: 2, b: 3 }),
    );
    expect(counts(plan.repartitionTopics)).toEqual({ r1: 3, r2: 3 });
  });
});

describe('what is refused', () => {
  const refusing = (parts: Partial<SubTopology>[], topics: Record<string, number>) => () =>
    planTopics(topology(...parts), cluster(topics));

  it('topics that are missing', () => {
    expect(refusing([{ sourceTopics: ['b', 'a'] }], { c: 1 })).toThrow(
      expect.objectContaining({
        name: 'MissingSourceTopicException',
        message: expect.stringContaining('One or more source topics were missing: [a, b]') as string,
      }),
    );
  });

  it('topics that are joined and have different numbers of partitions', () => {
    expect(refusing([{ sourceTopics: ['a', 'b'], copartitionGroups: [['a', 'b']] }], { a: 1, b: 2 })).toThrow(
      'Topics not co-partitioned: [a: 1, b: 2]',
    );
  });

  it('a repartition topic with a number of its own that is not that of the topic it is joined with', () => {
    expect(
      refusing(
        [
          { sourceTopics: ['a'], sinkTopics: ['r'] },
          { sourceTopics: ['r', 't'], repartitionTopics: [internal('r', 3)], copartitionGroups: [['r', 't']] },
        ],
        { a: 1, t: 2 },
      ),
    ).toThrow(
      "Number of partitions [3] of repartition topic [r] doesn't match number of partitions [2] of the source topic.",
    );
  });

  it('repartition topics that are joined and have different numbers of their own', () => {
    expect(
      refusing(
        [
          { sourceTopics: ['a'], sinkTopics: ['r1', 'r2'] },
          {
            sourceTopics: ['r1', 'r2'],
            repartitionTopics: [internal('r1', 3), internal('r2', 4)],
            copartitionGroups: [['r1', 'r2']],
          },
        ],
        { a: 1 },
      ),
    ).toThrow('Following topics do not have the same number of partitions: [r1: 3, r2: 4]');
  });

  it('repartition topics that nothing with partitions leads to', () => {
    expect(refusing([{ sourceTopics: ['r'], sinkTopics: ['r'], repartitionTopics: [internal('r')] }], {})).toThrow(
      'Failed to compute number of partitions for all repartition topics',
    );
  });
});
