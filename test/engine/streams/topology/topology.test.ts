import { describe, expect, test } from 'vitest';
import type { ProcessorSupplier } from '../../../../src/engine/streams/processor/processor.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import { keyValueStoreBuilder, windowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { Topology } from '../../../../src/engine/streams/topology/topology.js';

const nothing: ProcessorSupplier<unknown, unknown, never, never> = { get: () => ({ process: () => undefined }) };

const storeNamed = (name: string, loggingEnabled = true) =>
  keyValueStoreBuilder({ name, keySerde: Serdes.string, valueSerde: Serdes.string, loggingEnabled });

const chain = () =>
  new Topology()
    .addSource('source', 'in')
    .addProcessor('processor', nothing, 'source')
    .addSink('sink', 'out', 'processor');

describe('A topology that is put together node by node', () => {
  test('is described as Kafka describes it', () => {
    const topology = chain()
      .addSource('other-source', ['b', 'a'])
      .addProcessor('counter', nothing, ['other-source'])
      .addStateStore(storeNamed('counts'), ['counter'])
      .addSource('by-pattern', /metrics-.*/)
      .addGlobalStore(storeNamed('rates', false), {
        sourceName: 'rates-source',
        topic: 'rates',
        processorName: 'rates-processor',
        supplier: nothing,
      });
    expect(topology.describe().toString()).toBe(
      [
        'Topologies:',
        '   Sub-topology: 0',
        '    Source: source (topics: [in])',
        '      --> processor',
        '    Processor: processor (stores: [])',
        '      --> sink',
        '      <-- source',
        '    Sink: sink (topic: out)',
        '      <-- processor',
        '',
        '  Sub-topology: 1',
        '    Source: other-source (topics: [a, b])',
        '      --> counter',
        '    Processor: counter (stores: [counts])',
        '      --> none',
        '      <-- other-source',
        '',
        '  Sub-topology: 2',
        '    Source: by-pattern (topics: metrics-.*)',
        '      --> none',
        '',
        '  Sub-topology: 3 for global store (will not generate tasks)',
        '    Source: rates-source (topics: [rates])',
        '      --> rates-processor',
        '    Processor: rates-processor (stores: [rates])',
        '      --> none',
        '      <-- rates-source',
        '',
      ].join('\n'),
    );
  });

  test('processors that share a store are one sub-topology, and its changelog bears the application id', () => {
    const topology = new Topology()
      .addSource('one', 'a')
      .addSource('two', 'b')
      .addProcessor('writes', nothing, 'one')
      .addProcessor('reads', nothing, 'two')
      .addStateStore(storeNamed('shared'), ['writes'])
      .connectProcessorAndStateStores('reads', ['shared']);
    const { subTopologies, global } = topology.build('app');
    expect(global).toBeNull();
    expect(subTopologies.map(({ sourceTopics, stores }) => [sourceTopics, stores.map(({ name }) => name)])).toEqual([
      [['a', 'b'], ['shared']],
    ]);
    expect([...subTopologies[0]!.changelogTopics]).toEqual([
      [
        'shared',
        {
          name: 'app-shared-changelog',
          partitions: null,
          config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' },
        },
      ],
    ]);
  });

  test('changelogs of windows outlive their stores by a day, or as long as is configured', () => {
    const store = windowStoreBuilder({
      name: 'windows',
      keySerde: Serdes.string,
      valueSerde: Serdes.string,
      retentionMs: 10,
      windowSizeMs: 5,
    });
    const topology = chain().addStateStore(store, ['processor']);
    const retentionIn = (config?: Parameters<Topology['build']>[1]) =>
      topology.build('app', config).subTopologies[0]!.changelogTopics.get('windows')?.config['retention.ms'];
    expect(retentionIn()).toBe('86400010');
    expect(retentionIn({ 'windowstore.changelog.additional.retention.ms': 1 })).toBe('11');
  });

  test('a supplier brings its stores along (KIP-401)', () => {
    const store = storeNamed('own');
    const topology = new Topology()
      .addSource('source', 'in')
      .addProcessor('p', { ...nothing, stores: [store] }, 'source');
    expect(topology.build('app').subTopologies[0]!.stores).toEqual([store]);
  });

  test('global stores are a part of their own, without a changelog', () => {
    const store = storeNamed('rates', false);
    const global = { sourceName: 's', topic: 'rates', processorName: 'p', supplier: nothing };
    const built = chain().addGlobalStore(store, global).build('app');
    expect(built.subTopologies.map(({ id }) => id)).toEqual([0]);
    expect(built.global).toMatchObject({ stores: [store], sourceTopics: ['rates'] });
  });
});

describe('What cannot be is refused with the words of Kafka', () => {
  const refusals: readonly (readonly [message: string, build: () => unknown])[] = [
    ['topics cannot be empty', () => new Topology().addSource('s', [])],
    ['Processor source is already added.', () => chain().addSource('source', 'other')],
    ['Topic in has already been registered by another source.', () => chain().addSource('s', 'in')],
    [
      'Pattern i. will match a topic that has already been registered by another source.',
      () => chain().addSource('s', /i./),
    ],
    [
      'Topic in-1 matches a Pattern already registered by another source.',
      () => new Topology().addSource('p', /in-\d/).addSource('s', 'in-1'),
    ],
    ['predecessorNames cannot be empty', () => chain().addProcessor('p', nothing, [])],
    ['Parent node p is unknown (self-reference).', () => chain().addProcessor('p', nothing, 'p')],
    ['Parent node none is unknown.', () => chain().addProcessor('p', nothing, 'none')],
    ['Sink sink cannot be used a parent.', () => chain().addProcessor('p', nothing, 'sink')],
    ['StateStore none is not added yet.', () => chain().connectProcessorAndStateStores('processor', ['none'])],
    ['stateStoreNames cannot be empty', () => chain().connectProcessorAndStateStores('processor', [])],
    ['Processor none is not added yet.', () => chain().addStateStore(storeNamed('s'), ['none'])],
    [
      'cannot connect a state store s to a source node or a sink node.',
      () => chain().addStateStore(storeNamed('s'), ['sink']),
    ],
    [
      'A different StateStore has already been added with the name s',
      () => chain().addStateStore(storeNamed('s')).addStateStore(storeNamed('s')),
    ],
    [
      'sourceName and processorName must be different.',
      () =>
        chain().addGlobalStore(storeNamed('s'), { sourceName: 'a', topic: 'b', processorName: 'a', supplier: nothing }),
    ],
    [
      'A different StateStore has already been added with the name s',
      () =>
        chain()
          .addStateStore(storeNamed('s'))
          .addGlobalStore(storeNamed('s'), { sourceName: 'a', topic: 'b', processorName: 'c', supplier: nothing }),
    ],
    [
      'Global StateStore s can be used by a Processor without being specified; it should not be explicitly passed.',
      () =>
        chain()
          .addGlobalStore(storeNamed('s'), { sourceName: 'a', topic: 'b', processorName: 'c', supplier: nothing })
          .connectProcessorAndStateStores('processor', ['s']),
    ],
  ];

  test('a supplier that gives one processor twice', () => {
    const processor = nothing.get();
    expect(() => new Topology().addSource('s', 't').addProcessor('p', { get: () => processor }, 's')).toThrow(
      'get() must return a new object each time it is called.',
    );
  });

  test.each(refusals)('%s', (message, build) => {
    expect(build).toThrow(
      expect.objectContaining({ name: 'TopologyException', message: `Invalid topology: ${message}` }),
    );
  });
});
