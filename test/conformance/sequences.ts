import { randomInteger, type Random } from '../../src/engine/environment/environment.js';
import { SeededRandom } from '../../src/engine/environment/seeded-random.js';
import type { ApiName, RequestOf } from '../../src/engine/protocol/apis.js';
import type { StructValue } from '../../src/engine/protocol/message-values.js';
import { encodeBatch } from '../../src/engine/protocol/record-batch.js';
import { servedVersions, type Sequence, type Step } from './target.js';

/** Every record's time: close enough to now that retention leaves it, and the same for both brokers. */
export const time = Math.floor(Date.now() / 3_600_000) * 3_600_000;
/** What a cluster takes to know of a new topic. */
const settleMs = 800;

type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

function batch(values: readonly (string | null)[], compression: Codec = 'none', timestamp = time): Uint8Array {
  const text = new TextEncoder();
  const records = values.map((value, index) => ({
    timestamp: timestamp + index,
    key: text.encode(`k${index % 3}`),
    value: value === null ? null : text.encode(value),
    headers: [],
  }));
  return encodeBatch({ records, compression });
}

function step<Api extends ApiName>(api: Api, version: number, request: RequestOf<Api>, more: Partial<Step> = {}): Step {
  return { api, version, request: request, ...more };
}

export function create(topic: string, numPartitions = 2, configs: Readonly<Record<string, string>> = {}): Step {
  return step(
    'CreateTopics',
    7,
    {
      topics: [
        {
          name: topic,
          numPartitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
        },
      ],
      timeoutMs: 10_000,
    },
    {
      until: { topic, partitions: numPartitions },
      keep: { id: (response) => (response['topics'] as readonly StructValue[])[0]?.['topicId'] },
    },
  );
}

export function produce(topic: string, version: number, records: Uint8Array | null, index = 0, acks = -1): Step {
  return step('Produce', version, {
    acks,
    timeoutMs: 5_000,
    topicData: [
      { ...(version >= 13 ? { topicId: '$id' as never } : { name: topic }), partitionData: [{ index, records }] },
    ],
  });
}

export function fetch(topic: string, version: number, fetchOffset: number, partition = 0, isolationLevel = 0): Step {
  return step('Fetch', version, {
    maxWaitMs: 50,
    minBytes: 1,
    maxBytes: 10_000_000,
    isolationLevel,
    topics: [
      {
        ...(version >= 13 ? { topicId: '$id' as never } : { topic }),
        partitions: [{ partition, fetchOffset: BigInt(fetchOffset), partitionMaxBytes: 1_000_000 }],
      },
    ],
  });
}

/** Each API once in each version that both serve, in a setting where its answer means something; its topics' names begin with the prefix. */
export function versionSequences(prefix = ''): Sequence[] {
  const sequences: Sequence[] = [];
  const each = (api: ApiName, steps: (version: number, topic: string) => readonly Step[]) => {
    for (const version of servedVersions(api)) {
      const topic = `${prefix}v-${api.toLowerCase()}-${version}`;
      sequences.push({ name: `${api} ${version}`, steps: steps(version, topic) });
    }
  };
  each('Produce', (version, topic) => [create(topic), produce(topic, version, batch(['a', 'b'])), fetch(topic, 12, 0)]);
  each('Fetch', (version, topic) => [
    create(topic),
    produce(topic, 9, batch(['a', null])),
    fetch(topic, version, 0),
    fetch(topic, version, 7),
    fetch(topic, version, 0, 5),
  ]);
  each('ListOffsets', (version, topic) => [
    create(topic),
    produce(topic, 9, batch(['a', 'b', 'c'])),
    ...[-1, -2, time + 1, time + 99, 0].map((timestamp) =>
      step('ListOffsets', version, {
        replicaId: -1,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: BigInt(timestamp) }] }],
      }),
    ),
  ]);
  each('Metadata', (version, topic) => [
    create(topic),
    step('Metadata', version, {
      topics: [{ name: topic }, { name: `${topic}-none` }],
      ...(version >= 4 && { allowAutoTopicCreation: false }),
    }),
    ...(version >= 8
      ? [
          step('Metadata', version, {
            topics: [{ name: topic }],
            allowAutoTopicCreation: false,
            includeTopicAuthorizedOperations: true,
          }),
        ]
      : []),
  ]);
  each('OffsetCommit', (version, topic) => [
    create(topic),
    step('OffsetCommit', version, {
      memberId: '',
      groupId: `g-${topic}`,
      topics: [
        {
          ...(version >= 10 ? { topicId: '$id' as never } : { name: topic }),
          partitions: [
            { partitionIndex: 0, committedOffset: 5n, committedMetadata: 'm' },
            { partitionIndex: 9, committedOffset: 5n, committedMetadata: null },
          ],
        },
      ],
    }),
  ]);
  each('OffsetFetch', (version, topic) => {
    const partitionIndexes = [0, 1];
    const named = version >= 10 ? { topicId: '$id' as never } : { name: topic };
    return [
      create(topic),
      step('OffsetCommit', 8, {
        memberId: '',
        groupId: `g-${topic}`,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: 'x' }] }],
      }),
      step(
        'OffsetFetch',
        version,
        version >= 8
          ? { groups: [{ groupId: `g-${topic}`, topics: [{ ...named, partitionIndexes }] }] }
          : { groupId: `g-${topic}`, topics: [{ name: topic, partitionIndexes }] },
      ),
      step(
        'OffsetFetch',
        version,
        version >= 8
          ? { groups: [{ groupId: `none-${topic}`, topics: version >= 10 ? [{ ...named, partitionIndexes }] : null }] }
          : { groupId: `none-${topic}`, topics: [{ name: topic, partitionIndexes }] },
      ),
    ];
  });
  each('FindCoordinator', (version) => [
    step('FindCoordinator', version, version >= 4 ? { keyType: 0, coordinatorKeys: ['g'] } : { key: 'g' }),
    step('FindCoordinator', version, version >= 4 ? { keyType: 0, coordinatorKeys: [''] } : { key: '' }),
  ]);
  each('Heartbeat', (version) => [
    step('Heartbeat', version, { groupId: `h-${version}`, generationId: 1, memberId: 'nobody' }),
  ]);
  each('LeaveGroup', (version) => [
    step('LeaveGroup', version, {
      groupId: `l-${version}`,
      ...(version >= 3 ? { members: [{ memberId: 'nobody' }] } : { memberId: 'nobody' }),
    }),
  ]);
  each('SyncGroup', (version) => [
    step('SyncGroup', version, {
      groupId: `s-${version}`,
      generationId: 1,
      memberId: 'nobody',
      assignments: [],
      ...(version >= 5 && { protocolType: 'consumer', protocolName: 'range' }),
    }),
  ]);
  each('JoinGroup', (version) => [
    step('JoinGroup', version, {
      groupId: '',
      sessionTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
      ...(version >= 1 && { rebalanceTimeoutMs: 10_000 }),
    }),
    step('JoinGroup', version, {
      groupId: `j-${version}`,
      sessionTimeoutMs: 1,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
      ...(version >= 1 && { rebalanceTimeoutMs: 10_000 }),
    }),
    step('JoinGroup', version, {
      groupId: `j-${version}`,
      sessionTimeoutMs: 10_000,
      memberId: 'nobody',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
      ...(version >= 1 && { rebalanceTimeoutMs: 10_000 }),
    }),
  ]);
  each('CreateTopics', (version, topic) =>
    [
      { name: topic, numPartitions: 1, replicationFactor: 1 },
      { name: topic, numPartitions: 1, replicationFactor: 1 },
      { name: 'bad name', numPartitions: 1, replicationFactor: 1 },
      { name: `${topic}-zero`, numPartitions: 0, replicationFactor: 1 },
      { name: `${topic}-many`, numPartitions: 1, replicationFactor: 3 },
    ].map((wanted) =>
      step(
        'CreateTopics',
        version,
        { topics: [{ ...wanted, assignments: [], configs: [] }], timeoutMs: 10_000 },
        { settleMs },
      ),
    ),
  );
  each('DeleteTopics', (version, topic) => [
    create(topic),
    step(
      'DeleteTopics',
      version,
      {
        timeoutMs: 10_000,
        ...(version >= 6
          ? { topics: [{ name: topic }, { name: `${topic}-none` }] }
          : { topicNames: [topic, `${topic}-none`] }),
      },
      { until: { topic, partitions: 0 } },
    ),
  ]);
  each('DeleteRecords', (version, topic) => [
    create(topic),
    produce(topic, 9, batch(['a', 'b', 'c'])),
    ...[2n, 99n, -1n].map((offset) =>
      step('DeleteRecords', version, {
        timeoutMs: 5_000,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
      }),
    ),
  ]);
  each('OffsetForLeaderEpoch', (version, topic) => [
    create(topic),
    produce(topic, 9, batch(['a'])),
    ...[0, 1, -1].map((leaderEpoch) =>
      step('OffsetForLeaderEpoch', version, {
        ...(version >= 3 && { replicaId: -1 }),
        topics: [{ topic, partitions: [{ partition: 0, leaderEpoch }] }],
      }),
    ),
  ]);
  each('DescribeConfigs', (version, topic) => [
    create(topic, 1, { 'retention.ms': '60000' }),
    step('DescribeConfigs', version, {
      resources: [{ resourceType: 2, resourceName: topic, configurationKeys: null }],
      includeSynonyms: true,
    }),
    step('DescribeConfigs', version, {
      resources: [{ resourceType: 2, resourceName: `${topic}-none`, configurationKeys: null }],
    }),
  ]);
  each('AlterConfigs', (version, topic) => [
    create(topic, 1, { 'retention.ms': '60000' }),
    step(
      'AlterConfigs',
      version,
      {
        resources: [{ resourceType: 2, resourceName: topic, configs: [{ name: 'cleanup.policy', value: 'compact' }] }],
        validateOnly: false,
      },
      { settleMs },
    ),
    step('DescribeConfigs', 4, {
      resources: [{ resourceType: 2, resourceName: topic, configurationKeys: ['retention.ms', 'cleanup.policy'] }],
    }),
  ]);
  each('IncrementalAlterConfigs', (version, topic) => [
    create(topic, 1),
    ...[
      [0, '1000'],
      [1, null],
      [2, 'x'],
      [0, 'many'],
      [9, 'x'],
    ].map(([configOperation, value]) =>
      step(
        'IncrementalAlterConfigs',
        version,
        {
          resources: [
            {
              resourceType: 2,
              resourceName: topic,
              configs: [
                { name: 'retention.ms', configOperation: configOperation as number, value: value as string | null },
              ],
            },
          ],
          validateOnly: false,
        },
        { settleMs },
      ),
    ),
  ]);
  each('CreatePartitions', (version, topic) => [
    create(topic, 2),
    ...[4, 4, 1].map((count) =>
      step(
        'CreatePartitions',
        version,
        { topics: [{ name: topic, count, assignments: null }], timeoutMs: 10_000, validateOnly: false },
        { settleMs },
      ),
    ),
  ]);
  each('InitProducerId', (version) => [
    step('InitProducerId', version, { transactionalId: null, transactionTimeoutMs: 1000 }),
  ]);
  each('DescribeCluster', (version) => [
    step('DescribeCluster', version, { includeClusterAuthorizedOperations: true }),
  ]);
  each('DescribeTopicPartitions', (version, topic) => [
    create(topic, 3),
    step('DescribeTopicPartitions', version, { topics: [{ name: topic }], responsePartitionLimit: 2 }),
  ]);
  each('ElectLeaders', (version, topic) => [
    create(topic),
    step('ElectLeaders', version, {
      topicPartitions: [
        { topic, partitions: [0, 9] },
        { topic: `${topic}-none`, partitions: [0] },
      ],
      timeoutMs: 5_000,
    }),
  ]);
  each('ListPartitionReassignments', (version, topic) => [
    create(topic),
    step('ListPartitionReassignments', version, { timeoutMs: 5_000, topics: [{ name: topic, partitionIndexes: [0] }] }),
  ]);
  each('AlterPartitionReassignments', (version, topic) => [
    create(topic),
    ...[[1], [2], [], [1, 1], null].map((replicas) =>
      step('AlterPartitionReassignments', version, {
        timeoutMs: 5_000,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas }] }],
      }),
    ),
  ]);
  each('DescribeAcls', (version) => [
    step('DescribeAcls', version, {
      resourceTypeFilter: 1,
      resourceNameFilter: null,
      principalFilter: null,
      hostFilter: null,
      operation: 1,
      permissionType: 1,
    }),
  ]);
  each('CreateAcls', (version) => [
    step('CreateAcls', version, {
      creations: [
        { resourceType: 2, resourceName: 't', principal: 'User:a', host: '*', operation: 3, permissionType: 3 },
      ],
    }),
  ]);
  each('DeleteAcls', (version) => [
    step('DeleteAcls', version, {
      filters: [
        {
          resourceTypeFilter: 2,
          resourceNameFilter: 't',
          principalFilter: null,
          hostFilter: null,
          operation: 1,
          permissionType: 1,
        },
      ],
    }),
  ]);
  each('DescribeLogDirs', (version, topic) => [
    create(topic),
    produce(topic, 9, batch(['a', 'b'])),
    step('DescribeLogDirs', version, { topics: [{ topic, partitions: [0, 1, 7] }] }),
  ]);
  each('DescribeGroups', (version, topic) => [step('DescribeGroups', version, { groups: [`none-${topic}`, ''] })]);
  each('SaslHandshake', (version) => [step('SaslHandshake', version, { mechanism: 'PLAIN' })]);
  return sequences;
}

const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** A life of one topic and one simple group, drawn from the seed; their names begin with the prefix. */
export function generatedSequence(seed: string, prefix = ''): Sequence {
  const random = new SeededRandom(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[randomInteger(random, values.length)] as Value;
  const topic = `${prefix}g-${seed.replaceAll(/[^a-z0-9]/gi, '-')}`;
  const partitions = 1 + randomInteger(random, 4);
  const steps: Step[] = [create(topic, partitions, pick(topicConfigs))];
  for (let count = 0; count < 14; count++) steps.push(pick(makers)(random, topic, pick));
  return { name: `generated ${seed}`, steps };
}

const topicConfigs: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'cleanup.policy': 'compact' },
  { 'message.timestamp.type': 'CreateTime', 'max.message.bytes': '300' },
  { 'compression.type': 'uncompressed' },
  { 'message.timestamp.after.max.ms': '1000' },
];

type Pick = <Value>(values: readonly Value[]) => Value;

const makers: readonly ((random: Random, topic: string, pick: Pick) => Step)[] = [
  (random, topic, pick) =>
    produce(
      topic,
      pick(servedVersions('Produce').filter((version) => version >= 7)),
      batch(
        Array.from({ length: 1 + randomInteger(random, 5) }, (_, index) =>
          `v${index}`.repeat(1 + randomInteger(random, 40)),
        ),
        pick(codecs),
      ),
      randomInteger(random, 5),
      pick([-1, 1, 1, 2]),
    ),
  (random, topic, pick) =>
    produce(
      topic,
      9,
      pick([new Uint8Array(0), new Uint8Array(30), batch(['x'], 'none', time + 3_000_000), damagedBatch(random)]),
    ),
  (random, topic, pick) =>
    fetch(topic, pick(servedVersions('Fetch')), randomInteger(random, 8), randomInteger(random, 4), pick([0, 1])),
  (random, topic, pick) =>
    step('ListOffsets', pick([4, 7, 10]), {
      replicaId: -1,
      isolationLevel: pick([0, 1]),
      topics: [
        {
          name: topic,
          partitions: [
            { partitionIndex: randomInteger(random, 5), timestamp: pick([-1n, -2n, -3n, BigInt(time + 2), -9n]) },
          ],
        },
      ],
    }),
  (random, topic, pick) =>
    step('DeleteRecords', 2, {
      timeoutMs: 5_000,
      topics: [
        {
          name: topic,
          partitions: [{ partitionIndex: randomInteger(random, 4), offset: pick([0n, 1n, 3n, -1n, 50n, -2n]) }],
        },
      ],
    }),
  (_, topic, pick) =>
    step(
      'CreatePartitions',
      3,
      {
        topics: [{ name: topic, count: pick([1, 2, 5, 0, -1]), assignments: null }],
        timeoutMs: 10_000,
        validateOnly: pick([true, false]),
      },
      { settleMs },
    ),
  (_, topic, pick) =>
    step(
      'IncrementalAlterConfigs',
      1,
      {
        resources: [
          {
            resourceType: 2,
            resourceName: topic,
            configs: [
              {
                name: pick(['retention.ms', 'cleanup.policy', 'max.message.bytes', 'no.such', 'min.insync.replicas']),
                configOperation: pick([0, 0, 1, 2, 3]),
                value: pick(['1000000', 'compact', 'delete', 'many', '1', null]),
              },
            ],
          },
        ],
        validateOnly: pick([true, false]),
      },
      { settleMs },
    ),
  (_, topic, pick) =>
    step('DescribeConfigs', 4, {
      resources: [
        { resourceType: 2, resourceName: topic, configurationKeys: pick([null, ['retention.ms'], ['no.such'], []]) },
      ],
      includeSynonyms: pick([true, false]),
    }),
  (random, topic, pick) => {
    const committedMetadata = pick(['', 'note', null, 'x'.repeat(5000)]);
    return step('OffsetCommit', 8, {
      memberId: '',
      // A commit that is refused leaves an empty group behind in Kafka: nothing else looks at that one.
      groupId: (committedMetadata?.length ?? 0) > 4096 ? `refused-${topic}` : `group-${topic}`,
      ...(pick([true, false]) && { generationIdOrMemberEpoch: -1 }),
      topics: [
        {
          name: topic,
          partitions: [
            {
              partitionIndex: randomInteger(random, 5),
              committedOffset: BigInt(randomInteger(random, 100)),
              committedMetadata,
            },
          ],
        },
      ],
    });
  },
  (_, _topic, pick) =>
    step('DescribeConfigs', 4, {
      resources: [
        {
          resourceType: 4,
          resourceName: pick(['1', '1', '', '2', 'one']),
          configurationKeys: pick([
            ['num.partitions', 'log.retention.ms', 'log.retention.hours', 'log.retention.minutes'],
            ['message.max.bytes', 'min.insync.replicas', 'compression.type', 'log.cleanup.policy', 'no.such'],
            ['ssl.keystore.password', 'log.roll.ms', 'log.flush.interval.ms', 'group.max.size', 'log.cleaner.threads'],
          ]),
        },
      ],
      includeSynonyms: pick([true, false]),
    }),
  // A trial: the other sequences play on the same broker.
  (_, _topic, pick) =>
    step('IncrementalAlterConfigs', 1, {
      resources: [
        {
          resourceType: 4,
          resourceName: pick(['1', '', '1', '', '7']),
          configs: [
            {
              name: pick(['log.retention.ms', 'log.cleanup.policy', 'num.partitions', 'message.max.bytes', 'no.such']),
              configOperation: pick([0, 1, 2, 3, 9]),
              value: pick(['1', 'compact', '-1', 'x', '', '5000000']),
            },
          ],
        },
      ],
      validateOnly: true,
    }),
  (random, topic, pick) =>
    step('Fetch', 12, {
      maxWaitMs: 50,
      minBytes: 1,
      maxBytes: pick([1, 90, 200, 10_000_000]),
      isolationLevel: pick([0, 1]),
      topics: [
        {
          topic,
          partitions: [0, 1].map((partition) => ({
            partition,
            fetchOffset: BigInt(randomInteger(random, 3)),
            partitionMaxBytes: pick([0, 1, 60, 80, 150, 1_000_000]),
          })),
        },
      ],
    }),
  (_, topic, pick) =>
    step('OffsetFetch', 8, {
      groups: [{ groupId: `group-${topic}`, topics: pick([null, [{ name: topic, partitionIndexes: [0, 1, 2] }]]) }],
    }),
  (_, topic, pick) =>
    step('OffsetDelete', 0, {
      groupId: pick([`group-${topic}`, 'nobody']),
      topics: [{ name: topic, partitions: [{ partitionIndex: pick([0, 1, 9]) }] }],
    }),
  (_, topic, pick) =>
    step('Heartbeat', 4, { groupId: `group-${topic}`, generationId: pick([-1, 0, 3]), memberId: pick(['', 'nobody']) }),
  (_, topic) => step('DescribeGroups', 5, { groups: [`group-${topic}`] }),
  (_, topic, pick) => step('Metadata', pick([1, 5, 9, 12]), { topics: [{ name: topic }] }),
  (_, topic, pick) =>
    step('OffsetForLeaderEpoch', 4, {
      replicaId: -1,
      topics: [
        {
          topic,
          partitions: [{ partition: pick([0, 7]), currentLeaderEpoch: pick([-1, 0, 5]), leaderEpoch: pick([0, 1, 9]) }],
        },
      ],
    }),
  (_, topic) => step('DescribeTopicPartitions', 0, { topics: [{ name: topic }] }),
];

function damagedBatch(random: Random): Uint8Array {
  const bytes = batch(['damaged']);
  const at = 12 + randomInteger(random, bytes.length - 12);
  bytes[at] = (bytes[at] as number) ^ 0x10;
  return bytes;
}
