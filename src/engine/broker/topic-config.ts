import { defaultLogConfig, type LogConfig } from '../log/log-config.js';
import type { BrokerSettings } from './broker-config.js';
import { listOf, numberOf, readConfig, type ConfigDefinition } from './config-value.js';
import type { SettingName } from './settings/broker-settings.js';
import { configSources, type ConfigLevel, type ConfigSource } from './settings/levels.js';

/**
 * Every config that a topic can have (Kafka's `LogConfig`), in its sequence: of several wrong values the first one is told. Values are kept as given; which of them
 * have an effect is told on the page of differences.
 */
export const topicConfigs = {
  'segment.bytes': { type: 'INT', default: '1073741824', min: 1048576 },
  'segment.ms': { type: 'LONG', default: '604800000', min: 1 },
  'segment.jitter.ms': { type: 'LONG', default: '0', min: 0 },
  'segment.index.bytes': { type: 'INT', default: '10485760', min: 4 },
  'flush.messages': { type: 'LONG', default: '9223372036854775807', min: 1 },
  'flush.ms': { type: 'LONG', default: '9223372036854775807', min: 0 },
  'retention.bytes': { type: 'LONG', default: '-1' },
  'retention.ms': { type: 'LONG', default: '604800000', min: -1 },
  'max.message.bytes': { type: 'INT', default: '1048588', min: 0 },
  'index.interval.bytes': { type: 'INT', default: '4096', min: 0 },
  'delete.retention.ms': { type: 'LONG', default: '86400000', min: 0 },
  'min.compaction.lag.ms': { type: 'LONG', default: '0', min: 0 },
  'max.compaction.lag.ms': { type: 'LONG', default: '9223372036854775807', min: 1 },
  'file.delete.delay.ms': { type: 'LONG', default: '60000', min: 0 },
  'min.cleanable.dirty.ratio': { type: 'DOUBLE', default: '0.5', min: 0, max: 1 },
  'cleanup.policy': { type: 'LIST', default: 'delete', oneOf: ['compact', 'delete'] },
  'unclean.leader.election.enable': { type: 'BOOLEAN', default: 'false' },
  'min.insync.replicas': { type: 'INT', default: '1', min: 1 },
  'compression.type': {
    type: 'STRING',
    default: 'producer',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  },
  'compression.gzip.level': { type: 'INT', default: '-1', min: 1, max: 9, orElse: -1 },
  'compression.lz4.level': { type: 'INT', default: '9', min: 1, max: 17 },
  'compression.zstd.level': { type: 'INT', default: '3', min: -131072, max: 22 },
  preallocate: { type: 'BOOLEAN', default: 'false' },
  'message.timestamp.type': { type: 'STRING', default: 'CreateTime', oneOf: ['CreateTime', 'LogAppendTime'] },
  'message.timestamp.before.max.ms': { type: 'LONG', default: '9223372036854775807', min: 0 },
  'message.timestamp.after.max.ms': { type: 'LONG', default: '3600000', min: 0 },
  'leader.replication.throttled.replicas': { type: 'LIST', default: '', isReplicaList: true },
  'follower.replication.throttled.replicas': { type: 'LIST', default: '', isReplicaList: true },
  'remote.storage.enable': { type: 'BOOLEAN', default: 'false' },
  'local.retention.ms': { type: 'LONG', default: '-2', min: -2 },
  'local.retention.bytes': { type: 'LONG', default: '-2', min: -2 },
  'remote.log.copy.disable': { type: 'BOOLEAN', default: 'false' },
  'remote.log.delete.on.disable': { type: 'BOOLEAN', default: 'false' },
  'internal.segment.bytes': { type: 'INT', default: null },
} as const satisfies Record<string, ConfigDefinition>;

export type TopicConfigName = keyof typeof topicConfigs;

/** A config's value in force. */
export interface EffectiveConfig {
  readonly name: TopicConfigName;
  /** As it was given. */
  readonly given: string;
  /** As Kafka reads it. */
  readonly value: string;
  readonly source: ConfigSource;
}

/** What a topic's own configs are, by name. */
export type GivenTopicConfigs = ReadonlyMap<string, string>;

/** What is wrong with a topic's configs, in Kafka's words; undefined if nothing is. */
export function topicConfigError(given: Iterable<readonly [string, string | null]>): string | undefined {
  const entries = [...given];
  const absent = entries.filter(([, value]) => value === null).map(([name]) => name);
  if (absent.length > 0) return `Null value not supported for topic configs: ${absent.join(',')}`;
  const unknown = entries.find(([name]) => !Object.hasOwn(topicConfigs, name));
  if (unknown !== undefined) return `Unknown topic config name: ${unknown[0]}`;
  const values = new Map(entries as [TopicConfigName, string][]);
  for (const name of Object.keys(topicConfigs) as TopicConfigName[]) {
    const value = values.get(name);
    const error = value === undefined ? undefined : readConfig(name, topicConfigs[name], value).error;
    if (error !== undefined) return error;
  }
  const [minLag, maxLag] = [number(values, 'min.compaction.lag.ms'), number(values, 'max.compaction.lag.ms')];
  if (minLag > maxLag)
    return `conflict topic config setting min.compaction.lag.ms (${minLag}) > max.compaction.lag.ms (${maxLag})`;
  return undefined;
}

/** The same for what a topic shall have here, where there is no tiered storage. */
export function topicConfigRefusal(given: Iterable<readonly [string, string | null]>): string | undefined {
  const entries = new Map(given);
  const error = topicConfigError(entries);
  if (error !== undefined || entries.get('remote.storage.enable')?.trim().toLowerCase() !== 'true') return error;
  return 'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.';
}

/** Every config of a topic as it is in force, by name. */
export function effectiveTopicConfigs(own: GivenTopicConfigs, broker: BrokerSettings): EffectiveConfig[] {
  return (Object.keys(topicConfigs) as TopicConfigName[]).sort().flatMap((name): EffectiveConfig[] => {
    const given = own.get(name);
    const inForce = given === undefined ? inherited(name, broker) : { value: given, source: configSources.topic };
    if (inForce === undefined) return [];
    const { value, source } = inForce;
    return [{ name, given: value, value: readConfig(name, topicConfigs[name], value).text ?? value, source }];
  });
}

/** The broker's name for what topics inherit (Kafka's `ServerTopicConfigSynonyms`). */
const settingNames: { readonly [Name in TopicConfigName]?: SettingName } = {
  'cleanup.policy': 'log.cleanup.policy',
  'compression.gzip.level': 'compression.gzip.level',
  'compression.lz4.level': 'compression.lz4.level',
  'compression.type': 'compression.type',
  'compression.zstd.level': 'compression.zstd.level',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': 'log.flush.interval.ms',
  'index.interval.bytes': 'log.index.interval.bytes',
  'local.retention.bytes': 'log.local.retention.bytes',
  'local.retention.ms': 'log.local.retention.ms',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'max.message.bytes': 'message.max.bytes',
  'message.timestamp.after.max.ms': 'log.message.timestamp.after.max.ms',
  'message.timestamp.before.max.ms': 'log.message.timestamp.before.max.ms',
  'message.timestamp.type': 'log.message.timestamp.type',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  'min.insync.replicas': 'min.insync.replicas',
  preallocate: 'log.preallocate',
  'retention.bytes': 'log.retention.bytes',
  'retention.ms': 'log.retention.ms',
  'segment.bytes': 'log.segment.bytes',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'segment.jitter.ms': 'log.roll.jitter.ms',
  'segment.ms': 'log.roll.ms',
  'unclean.leader.election.enable': 'unclean.leader.election.enable',
};

/** The settings of the broker that topics inherit. */
export const inheritedTopicSettings: readonly SettingName[] = Object.values(settingNames);

/** A topic's config as DescribeConfigs tells it: with what it stands before, best first. Of what a setting in other units says, the value counts and its source does not. */
export function toldTopicConfig(
  { name, value, source }: EffectiveConfig,
  own: string | undefined,
  broker: BrokerSettings,
): { readonly name: string; readonly value: string; readonly source: ConfigSource; readonly synonyms: ConfigLevel[] } {
  const setting = settingNames[name];
  const synonyms = [
    ...(own === undefined ? [] : [{ name, value, source: configSources.topic }]),
    ...(setting === undefined ? [] : broker.toldLevels(setting)),
  ];
  const told = setting === undefined ? source : (synonyms[0]?.source ?? configSources.default);
  return { name, value, source: told, synonyms };
}

const unitsMs: readonly (readonly [suffix: string, milliseconds: bigint])[] = [
  ['.minutes', 60_000n],
  ['.hours', 3_600_000n],
];

/** What a topic has that does not say otherwise; undefined if there is no such value. */
function inherited(name: TopicConfigName, broker: BrokerSettings): Pick<ConfigLevel, 'value' | 'source'> | undefined {
  const setting = settingNames[name];
  const [level] = setting === undefined ? [] : broker.levels(setting);
  if (level === undefined || level.source === configSources.default) {
    const value = topicConfigs[name].default;
    return value === null ? undefined : { value, source: configSources.default };
  }
  const [, unitMs] = unitsMs.find(([suffix]) => level.name.endsWith(suffix)) ?? [];
  return unitMs === undefined ? level : { value: String(BigInt(level.value.trim()) * unitMs), source: level.source };
}

/** What the broker and its logs need to know of a topic's configs. */
export interface TopicSettings extends LogConfig {
  readonly minInsyncReplicas: number;
}

/** A topic's settings. Numbers beyond 2^53 stand for "no limit" and are brought down to the largest safe integer. */
export function topicSettings(given: GivenTopicConfigs, broker: BrokerSettings): TopicSettings {
  const values = new Map(effectiveTopicConfigs(given, broker).map(({ name, value }) => [name, value]));
  const policies = listOf(values.get('cleanup.policy') ?? '');
  return {
    ...defaultLogConfig,
    segmentBytes: values.has('internal.segment.bytes')
      ? number(values, 'internal.segment.bytes')
      : number(values, 'segment.bytes'),
    segmentMs: number(values, 'segment.ms'),
    segmentJitterMs: number(values, 'segment.jitter.ms'),
    segmentIndexBytes: number(values, 'segment.index.bytes'),
    indexIntervalBytes: number(values, 'index.interval.bytes'),
    maxMessageBytes: number(values, 'max.message.bytes'),
    isDeleted: policies.includes('delete'),
    isCompacted: policies.includes('compact'),
    retentionMs: number(values, 'retention.ms'),
    retentionBytes: number(values, 'retention.bytes'),
    fileDeleteDelayMs: number(values, 'file.delete.delay.ms'),
    minCleanableDirtyRatio: number(values, 'min.cleanable.dirty.ratio'),
    minCompactionLagMs: number(values, 'min.compaction.lag.ms'),
    maxCompactionLagMs: number(values, 'max.compaction.lag.ms'),
    deleteRetentionMs: number(values, 'delete.retention.ms'),
    timestampType: values.get('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    timestampBeforeMaxMs: number(values, 'message.timestamp.before.max.ms'),
    timestampAfterMaxMs: number(values, 'message.timestamp.after.max.ms'),
    compressionType: values.get('compression.type') as LogConfig['compressionType'],
    gzipLevel: number(values, 'compression.gzip.level'),
    lz4Level: number(values, 'compression.lz4.level'),
    zstdLevel: number(values, 'compression.zstd.level'),
    producerIdExpirationMs: broker.values['producer.id.expiration.ms'],
    minInsyncReplicas: number(values, 'min.insync.replicas'),
  };
}

function number(values: ReadonlyMap<TopicConfigName, string>, name: TopicConfigName): number {
  const text = values.get(name) ?? topicConfigs[name].default ?? '';
  return numberOf(readConfig(name, topicConfigs[name], text).text ?? text);
}
