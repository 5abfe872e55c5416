import { defaultLogConfig, type LogConfig } from '../log/log-config.js';
import type { BrokerConfig, BrokerConfigName } from './broker-config.js';
import { listOf, numberOf, readConfig, type ConfigDefinition } from './config-value.js';

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

/** Kafka's numbers for where a config's value comes from (`ConfigSource`). */
export const configSources = { topic: 1, dynamicDefaultBroker: 3, staticBroker: 4, default: 5 } as const;

/** A config's value in force. */
export interface EffectiveConfig {
  readonly name: TopicConfigName;
  readonly value: string;
  readonly source: (typeof configSources)[keyof typeof configSources];
}

/** What a topic's own configs are, by name. */
export type GivenTopicConfigs = ReadonlyMap<string, string>;

/** What is wrong with a topic's configs, in Kafka's words; undefined if nothing is. */
export function topicConfigError(given: Iterable<readonly [string, string | null]>): string | undefined {
  const entries = [...given];
  const unknown = entries.find(([name]) => !Object.hasOwn(topicConfigs, name));
  if (unknown !== undefined) return `Unknown topic config name: ${unknown[0]}`;
  const absent = entries.filter(([, value]) => value === null).map(([name]) => name);
  if (absent.length > 0) return `Null value not supported for topic configs: ${absent.join(',')}`;
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

/** Every config of a topic as it is in force, by name. */
export function effectiveTopicConfigs(given: GivenTopicConfigs, broker: BrokerConfig): EffectiveConfig[] {
  const effective: EffectiveConfig[] = [];
  for (const name of (Object.keys(topicConfigs) as TopicConfigName[]).sort()) {
    const own = given.get(name);
    const known = topicConfigs[name].default;
    if (own !== undefined)
      effective.push({
        name,
        value: readConfig(name, topicConfigs[name], own).text ?? own,
        source: configSources.topic,
      });
    else if (known !== null) effective.push(inherited(name, known, broker));
  }
  return effective;
}

/** The broker's own name for a topic's config where it has one, for which it stands (Kafka's `ServerTopicConfigSynonyms`); only those that can stand for it alone. */
const synonymNames: { readonly [Name in TopicConfigName]?: string } = {
  'cleanup.policy': 'log.cleanup.policy',
  'compression.gzip.level': 'compression.gzip.level',
  'compression.lz4.level': 'compression.lz4.level',
  'compression.type': 'compression.type',
  'compression.zstd.level': 'compression.zstd.level',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'flush.messages': 'log.flush.interval.messages',
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
  'segment.bytes': 'log.segment.bytes',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'unclean.leader.election.enable': 'unclean.leader.election.enable',
};

/** What a value in force stands before, best first: the topic's own value, the cluster's, the broker's, the default. */
export function configSynonyms(
  name: TopicConfigName,
  own: string | undefined,
  broker: BrokerConfig,
): { readonly name: string; readonly value: string; readonly source: EffectiveConfig['source'] }[] {
  const known = topicConfigs[name].default;
  const synonym = synonymNames[name];
  const listed: { name: string; value: string; source: EffectiveConfig['source'] }[] = [];
  if (own !== undefined) listed.push({ name, value: own, source: configSources.topic });
  if (synonym === undefined || known === null) {
    const setting = brokerSettings[name];
    if (setting !== undefined && known !== null && String(broker[setting]) !== known)
      listed.push({ name: setting, value: String(broker[setting]), source: configSources.staticBroker });
    return listed;
  }
  const inForce = inherited(name, known, broker);
  if (inForce.source !== configSources.default)
    listed.push({ name: synonym, value: inForce.value, source: inForce.source });
  listed.push({ name: synonym, value: known, source: configSources.default });
  return listed;
}

/** The broker's settings that topics inherit, by the config that they stand for. */
const brokerSettings: { readonly [Name in TopicConfigName]?: BrokerConfigName } = {
  'segment.bytes': 'log.segment.bytes',
  'retention.ms': 'log.retention.ms',
  'retention.bytes': 'log.retention.bytes',
};

function inherited(name: TopicConfigName, value: string, broker: BrokerConfig): EffectiveConfig {
  const setting = brokerSettings[name];
  if (setting !== undefined && String(broker[setting]) !== value)
    return { name, value: String(broker[setting]), source: configSources.staticBroker };
  // A KRaft cluster of today is formatted with this one as a setting of the whole cluster (KIP-966).
  if (name === 'min.insync.replicas') return { name, value, source: configSources.dynamicDefaultBroker };
  return { name, value, source: configSources.default };
}

/** What the broker and its logs need to know of a topic's configs. */
export interface TopicSettings extends LogConfig {
  readonly minInsyncReplicas: number;
}

/** A topic's settings. Numbers beyond 2^53 stand for "no limit" and are brought down to the largest safe integer. */
export function topicSettings(given: GivenTopicConfigs, broker: BrokerConfig): TopicSettings {
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
    producerIdExpirationMs: broker['producer.id.expiration.ms'],
    minInsyncReplicas: number(values, 'min.insync.replicas'),
  };
}

function number(values: ReadonlyMap<TopicConfigName, string>, name: TopicConfigName): number {
  const text = values.get(name) ?? topicConfigs[name].default ?? '';
  return numberOf(readConfig(name, topicConfigs[name], text).text ?? text);
}
