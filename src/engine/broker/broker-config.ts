import { numberOf, readConfig } from './config-value.js';
import {
  brokerSettings,
  definitionOf,
  synonymsOf,
  type SettingName,
  type SettingValue,
} from './settings/broker-settings.js';
import { configSources, type ConfigLevel, type ConfigSource } from './settings/levels.js';

/** `kafka` has Kafka's own defaults. `classroom` and `test` shorten waits and keep internal topics small, so that a page shows effects at once. */
export type BrokerProfile = 'kafka' | 'classroom' | 'test';

/** Settings by Kafka's names, as somebody gives them. */
export type GivenSettings = { readonly [Name in SettingName]?: SettingValue<Name> | string };

const shortWaits = {
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 1,
  'offsets.topic.segment.bytes': 1_048_576,
  'log.segment.bytes': 1_048_576,
  'log.initial.task.delay.ms': 1000,
  'log.retention.check.interval.ms': 1000,
  'log.cleaner.backoff.ms': 1000,
} as const satisfies GivenSettings;

/** What each profile changes of Kafka's defaults. */
export const profiles: Readonly<Record<BrokerProfile, GivenSettings>> = {
  kafka: {},
  classroom: shortWaits,
  test: shortWaits,
};

/** The settings that this broker looks at itself; others have an effect as what topics and groups inherit, or none. */
export const heeded = [
  'auto.create.topics.enable',
  'num.partitions',
  'group.initial.rebalance.delay.ms',
  'group.min.session.timeout.ms',
  'group.max.session.timeout.ms',
  'group.max.size',
  'group.consumer.session.timeout.ms',
  'group.consumer.min.session.timeout.ms',
  'group.consumer.max.session.timeout.ms',
  'group.consumer.heartbeat.interval.ms',
  'group.consumer.min.heartbeat.interval.ms',
  'group.consumer.max.heartbeat.interval.ms',
  'group.consumer.max.size',
  'group.consumer.assignors',
  'group.consumer.migration.policy',
  'group.consumer.assignment.interval.ms',
  'group.consumer.min.assignment.interval.ms',
  'group.consumer.max.assignment.interval.ms',
  'group.consumer.regex.refresh.interval.ms',
  'offset.metadata.max.bytes',
  'offsets.retention.minutes',
  'offsets.retention.check.interval.ms',
  'offsets.topic.num.partitions',
  'offsets.topic.segment.bytes',
  'log.initial.task.delay.ms',
  'log.retention.check.interval.ms',
  'log.cleaner.enable',
  'log.cleaner.backoff.ms',
  'log.cleaner.dedupe.buffer.size',
  'producer.id.expiration.ms',
  'producer.id.expiration.check.interval.ms',
  'fetch.max.bytes',
  'max.incremental.fetch.session.cache.slots',
] as const satisfies readonly SettingName[];

/** The value in force of every setting that the broker looks at. */
export type BrokerConfig = { readonly [Name in (typeof heeded)[number]]: SettingValue<Name> };

type Texts = ReadonlyMap<string, string>;
const noTexts: Texts = new Map();

/** What a KRaft cluster of today is formatted with (KIP-966). */
export const formattedClusterSettings: Texts = new Map([['min.insync.replicas', '1']]);

/** A broker's settings at all levels: what it was started with, what was changed since for the whole cluster and for this broker, and Kafka's defaults. */
export class BrokerSettings {
  /** What is in force, as it changes. */
  readonly values: BrokerConfig;
  private readonly started: Texts;
  private cluster: Texts = formattedClusterSettings;
  private broker: Texts = noTexts;

  constructor(profile: BrokerProfile = 'kafka', given: GivenSettings = {}) {
    const started = { ...profiles[profile], ...given };
    this.started = new Map(Object.entries(started).map(([name, value]) => [name, String(value)]));
    this.values = {} as BrokerConfig;
    this.refresh();
  }

  /** Puts in force what was changed while brokers run. */
  change(cluster: Texts, broker: Texts): void {
    this.cluster = cluster;
    this.broker = broker;
    this.refresh();
  }

  /** The names that have a value at any level. */
  get givenNames(): ReadonlySet<string> {
    return new Set([...this.started.keys(), ...this.cluster.keys(), ...this.broker.keys()]);
  }

  /** The names that the whole cluster has a value for. */
  get clusterNames(): Iterable<string> {
    return this.cluster.keys();
  }

  /** What is given for a setting and for those that say the same, best first. */
  levels(name: string): ConfigLevel[] {
    const names = synonymsOf(name);
    return [
      ...found(names, this.broker, configSources.broker),
      ...found(names, this.cluster, configSources.cluster),
      ...found(names, this.started, configSources.staticBroker),
      ...names.flatMap((each): ConfigLevel[] => {
        const value = definitionOf(each)?.default ?? null;
        return value === null ? [] : [{ name: each, value, source: configSources.default }];
      }),
    ];
  }

  /** Of these levels what Kafka tells of: from the first on that has the setting's own name. */
  toldLevels(name: string): readonly ConfigLevel[] {
    const levels = this.levels(name);
    const first = levels.findIndex((level) => level.name === name);
    return first < 0 ? [] : levels.slice(first);
  }

  /** The value in force as it was given; null if there is none. Once one of those that say the same was changed, what the others were started with is forgotten. */
  text(name: string): string | null {
    const levels = this.levels(name);
    const isOverruled = levels.some((level) => level.name !== name && level.source < configSources.staticBroker);
    const own = levels.find(
      (level) => level.name === name && !(isOverruled && level.source === configSources.staticBroker),
    );
    return own?.value ?? null;
  }

  private refresh(): void {
    Object.assign(this.values, Object.fromEntries(heeded.map((name) => [name, valueOf(name, this.text(name) ?? '')])));
  }
}

function found(names: readonly string[], given: Texts, source: ConfigSource): ConfigLevel[] {
  return names.flatMap((name) => {
    const value = given.get(name);
    return value === undefined ? [] : { name, value, source };
  });
}

function valueOf(name: SettingName, given: string): number | boolean | string {
  const definition = brokerSettings[name];
  const text = readConfig(name, definition, given).text ?? given;
  if (definition.type === 'BOOLEAN') return text === 'true';
  return ['INT', 'LONG', 'SHORT', 'DOUBLE'].includes(definition.type) ? numberOf(text) : text;
}
