/**
 * The settings of a broker, under Kafka's own names: what Kafka's defaults are, and which of them the profiles change.
 * `classroom` and `test` shorten waits and keep internal topics small, so that a page shows effects at once.
 */
export type BrokerProfile = 'kafka' | 'classroom' | 'test';

type Value = number | boolean | string;

interface Setting {
  readonly kafka: Value;
  readonly classroom?: Value;
  readonly test?: Value;
}

const settings = {
  'auto.create.topics.enable': { kafka: true },
  'num.partitions': { kafka: 1 },
  'group.initial.rebalance.delay.ms': { kafka: 3000, classroom: 0, test: 0 },
  'group.min.session.timeout.ms': { kafka: 6000 },
  'group.max.session.timeout.ms': { kafka: 1_800_000 },
  'group.max.size': { kafka: 2_147_483_647 },
  'group.consumer.session.timeout.ms': { kafka: 45_000 },
  'group.consumer.min.session.timeout.ms': { kafka: 45_000 },
  'group.consumer.max.session.timeout.ms': { kafka: 60_000 },
  'group.consumer.heartbeat.interval.ms': { kafka: 5000 },
  'group.consumer.min.heartbeat.interval.ms': { kafka: 5000 },
  'group.consumer.max.heartbeat.interval.ms': { kafka: 15_000 },
  'group.consumer.max.size': { kafka: 2_147_483_647 },
  'group.consumer.assignors': { kafka: 'uniform,range' },
  'group.consumer.migration.policy': { kafka: 'bidirectional' },
  'group.consumer.assignment.interval.ms': { kafka: 1000 },
  'group.consumer.min.assignment.interval.ms': { kafka: 0 },
  'group.consumer.max.assignment.interval.ms': { kafka: 15_000 },
  'group.consumer.assignor.offload.enable': { kafka: true },
  'group.consumer.regex.refresh.interval.ms': { kafka: 600_000 },
  'offset.metadata.max.bytes': { kafka: 4096 },
  'offsets.retention.minutes': { kafka: 10_080 },
  'offsets.retention.check.interval.ms': { kafka: 600_000 },
  'offsets.topic.num.partitions': { kafka: 50, classroom: 1, test: 1 },
  'offsets.topic.segment.bytes': { kafka: 104_857_600, classroom: 1_048_576, test: 1_048_576 },
  'log.segment.bytes': { kafka: 1_073_741_824, classroom: 1_048_576, test: 1_048_576 },
  'log.retention.ms': { kafka: 604_800_000 },
  'log.retention.bytes': { kafka: -1 },
  'log.initial.task.delay.ms': { kafka: 30_000, classroom: 1000, test: 1000 },
  'log.retention.check.interval.ms': { kafka: 300_000, classroom: 1000, test: 1000 },
  'log.cleaner.enable': { kafka: true },
  'log.cleaner.backoff.ms': { kafka: 15_000, classroom: 1000, test: 1000 },
  'log.cleaner.dedupe.buffer.size': { kafka: 134_217_728 },
  'producer.id.expiration.ms': { kafka: 86_400_000 },
  'producer.id.expiration.check.interval.ms': { kafka: 600_000 },
  'fetch.max.bytes': { kafka: 57_671_680 },
  'max.incremental.fetch.session.cache.slots': { kafka: 1000 },
} as const satisfies Record<string, Setting>;

/** The value in force of every setting. */
export type BrokerConfig = {
  readonly [Name in keyof typeof settings]: (typeof settings)[Name]['kafka'] extends boolean
    ? boolean
    : (typeof settings)[Name]['kafka'] extends string
      ? string
      : number;
};

export type BrokerConfigName = keyof BrokerConfig;

/** Where a value comes from: Kafka's default, the profile, or whoever started the broker. */
export type BrokerConfigSource = 'default' | 'profile' | 'option';

export interface ConfiguredValue {
  readonly value: Value;
  readonly source: BrokerConfigSource;
}

/** Every setting of a broker with its source. */
export function configureBroker(
  profile: BrokerProfile,
  given: Partial<BrokerConfig> = {},
): Readonly<Record<BrokerConfigName, ConfiguredValue>> {
  const configured: Partial<Record<BrokerConfigName, ConfiguredValue>> = {};
  for (const name of Object.keys(settings) as BrokerConfigName[]) {
    const known: Setting = settings[name];
    const ofProfile = profile === 'kafka' ? undefined : known[profile];
    const asked = given[name];
    configured[name] =
      asked !== undefined
        ? { value: asked, source: 'option' }
        : ofProfile !== undefined
          ? { value: ofProfile, source: 'profile' }
          : { value: known.kafka, source: 'default' };
  }
  return configured as Record<BrokerConfigName, ConfiguredValue>;
}

/** The value that a text means for a setting, as on a command line. Throws an error that says which settings there are, or what the value must be. */
export function parseSetting(name: string, text: string): Partial<BrokerConfig> {
  if (!Object.hasOwn(settings, name))
    throw new Error(
      `'${name}' is no setting of this broker. There are:\n  ${Object.keys(settings).sort().join('\n  ')}`,
    );
  const { kafka } = settings[name as BrokerConfigName];
  if (typeof kafka === 'boolean') {
    if (text !== 'true' && text !== 'false') throw new Error(`${name} is '${text}'; true or false was expected.`);
    return { [name]: text === 'true' };
  }
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new Error(`${name} is '${text}'; an integer was expected.`);
  return { [name]: Number(text) };
}

/** The values alone. */
export function valuesOf(configured: Readonly<Record<BrokerConfigName, ConfiguredValue>>): BrokerConfig {
  return Object.fromEntries(
    Object.entries(configured).map(([name, { value }]) => [name, value]),
  ) as unknown as BrokerConfig;
}
