import type { ConsumerGroupConfig } from '../group/consumer/consumer-context.js';
import { readOffsetReset } from '../protocol/offset-reset.js';
import type { BrokerSettings } from './broker-config.js';
import { numberOf, readConfig, type ConfigDefinition } from './config-value.js';
import { definitionOf } from './settings/broker-settings.js';
import { configSources, type ConfigLevel, type ConfigSource } from './settings/levels.js';

/** Every config that a group can have (Kafka's `GroupConfig`), in its sequence: of several wrong values the first one is told. */
export const groupConfigs = {
  'consumer.session.timeout.ms': { type: 'INT', default: '45000', min: 1 },
  'consumer.heartbeat.interval.ms': { type: 'INT', default: '5000', min: 1 },
  'consumer.assignment.interval.ms': { type: 'INT', default: '1000', min: 0 },
  'share.session.timeout.ms': { type: 'INT', default: '45000', min: 1 },
  'share.heartbeat.interval.ms': { type: 'INT', default: '5000', min: 1 },
  'share.record.lock.duration.ms': { type: 'INT', default: '30000', min: 1000 },
  'share.delivery.count.limit': { type: 'INT', default: '5', min: 2 },
  'share.partition.max.record.locks': { type: 'INT', default: '2000', min: 100 },
  'share.auto.offset.reset': { type: 'STRING', default: 'latest', check: offsetResetError },
  'share.isolation.level': {
    type: 'STRING',
    default: 'read_uncommitted',
    oneOf: ['read_committed', 'read_uncommitted'],
  },
  'share.renew.acknowledge.enable': { type: 'BOOLEAN', default: 'true' },
  'share.assignment.interval.ms': { type: 'INT', default: '1000', min: 0 },
  'streams.session.timeout.ms': { type: 'INT', default: '45000', min: 1 },
  'streams.heartbeat.interval.ms': { type: 'INT', default: '5000', min: 1 },
  'streams.num.standby.replicas': { type: 'INT', default: '0', min: 0 },
  'streams.initial.rebalance.delay.ms': { type: 'INT', default: '3000', min: 0 },
  'streams.assignment.interval.ms': { type: 'INT', default: '1000', min: 0 },
} as const satisfies Record<string, ConfigDefinition>;

export type GroupConfigName = keyof typeof groupConfigs;

/** What a group's own configs are, by name. */
export type GivenGroupConfigs = ReadonlyMap<string, string>;

interface Limit {
  readonly config: GroupConfigName;
  readonly setting: string;
  readonly is: 'least' | 'most';
  /** Whether the broker's own value is held to it too. */
  readonly isForOwnValuesAlone?: true;
}

/** What the broker's settings allow, in the sequence in which Kafka checks it. */
const limits: readonly Limit[] = [
  ...range('consumer.heartbeat.interval.ms'),
  ...range('consumer.session.timeout.ms'),
  ...range('consumer.assignment.interval.ms', true),
  ...range('share.heartbeat.interval.ms'),
  ...range('share.session.timeout.ms'),
  ...range('share.record.lock.duration.ms'),
  ...range('share.delivery.count.limit'),
  ...range('share.partition.max.record.locks'),
  ...range('share.assignment.interval.ms', true),
  ...range('streams.heartbeat.interval.ms'),
  ...range('streams.session.timeout.ms'),
  { config: 'streams.num.standby.replicas', setting: 'group.streams.max.standby.replicas', is: 'most' },
  ...range('streams.assignment.interval.ms', true),
];

/** `group.share.min.session.timeout.ms` and `group.share.max.session.timeout.ms` hold `share.session.timeout.ms` between them. */
function range(config: GroupConfigName, isForOwnValuesAlone?: true): Limit[] {
  const [type, ...words] = config.split('.');
  const limit = (is: Limit['is'], word: string): Limit => ({
    config,
    setting: ['group', type, word, ...words].join('.'),
    is,
    ...(isForOwnValuesAlone && { isForOwnValuesAlone }),
  });
  return [limit('least', 'min'), limit('most', 'max')];
}

/** What is wrong with a group's configs, in Kafka's words; undefined if nothing is. */
export function groupConfigError(given: GivenGroupConfigs, broker: BrokerSettings): string | undefined {
  const unknown = [...given.keys()].find((name) => !(name in groupConfigs));
  if (unknown !== undefined) return `Unknown group config name: ${unknown}`;
  const values = new Map<GroupConfigName, string>();
  for (const name of names) {
    const own = given.get(name);
    const { text, error } = readConfig(name, groupConfigs[name], own ?? inherited(name, broker));
    if (error !== undefined) return error;
    values.set(name, text);
  }
  const valueOf = (name: GroupConfigName): number => Number(values.get(name));
  for (const { config, setting, is, isForOwnValuesAlone } of limits) {
    if (isForOwnValuesAlone && !given.has(config)) continue;
    const limit = limitOf(broker, setting);
    if (is === 'least' ? valueOf(config) < limit : valueOf(config) > limit)
      return `${config} must be ${is === 'least' ? 'greater' : 'less'} than or equal to ${setting}`;
  }
  for (const type of ['consumer', 'share', 'streams'] as const) {
    const [session, heartbeat] = [`${type}.session.timeout.ms`, `${type}.heartbeat.interval.ms`] as const;
    if (valueOf(session) <= valueOf(heartbeat)) return `${session} must be greater than ${heartbeat}`;
  }
  return undefined;
}

/** A value in force and what it stands before, best first. */
export interface DescribedGroupConfig {
  readonly name: GroupConfigName;
  readonly value: string;
  readonly source: ConfigSource;
  readonly synonyms: readonly ConfigLevel[];
}

/** Every config of a group, by name. */
export function describedGroupConfigs(given: GivenGroupConfigs, broker: BrokerSettings): DescribedGroupConfig[] {
  return [...names].sort().map((name) => {
    const [own, setting, known] = [given.get(name), settingOf(name), groupConfigs[name].default];
    const inForce = { name, value: known, source: configSources.default };
    const synonyms: readonly ConfigLevel[] = [
      ...(own === undefined ? [] : [{ name, value: own, source: configSources.group }]),
      ...(definitionOf(setting) === undefined ? [inForce] : broker.levels(setting)),
    ];
    const { value, source } = synonyms[0] ?? inForce;
    return { name, value, source, synonyms };
  });
}

/** What a group of the consumer protocol is tuned by. A value that the broker does not allow any more is brought back to where it does. */
export function consumerGroupTuning(
  given: GivenGroupConfigs | undefined,
  broker: BrokerSettings,
): Pick<ConsumerGroupConfig, 'sessionTimeoutMs' | 'heartbeatIntervalMs' | 'assignmentIntervalMs'> {
  const valueOf = (config: GroupConfigName): number => {
    const own = given?.get(config);
    if (own === undefined) return numberOf(inherited(config, broker));
    const bounds = limits.filter((limit) => limit.config === config);
    return bounds.reduce((value, { setting, is }) => {
      const limit = limitOf(broker, setting);
      return is === 'least' ? Math.max(value, limit) : Math.min(value, limit);
    }, numberOf(own));
  };
  return {
    sessionTimeoutMs: valueOf('consumer.session.timeout.ms'),
    heartbeatIntervalMs: valueOf('consumer.heartbeat.interval.ms'),
    assignmentIntervalMs: valueOf('consumer.assignment.interval.ms'),
  };
}

const names = Object.keys(groupConfigs) as GroupConfigName[];

/** The broker's name for what groups inherit; some of it has none. */
function settingOf(name: GroupConfigName): string {
  const isOfGroupsAlone = ['share.auto.offset.reset', 'share.isolation.level', 'share.renew.acknowledge.enable'];
  return isOfGroupsAlone.includes(name) ? name : `group.${name}`;
}

/** The settings of the broker that groups inherit. */
export const inheritedGroupSettings: readonly string[] = names
  .map(settingOf)
  .filter((name) => name.startsWith('group.'));

function inherited(name: GroupConfigName, broker: BrokerSettings): string {
  return broker.text(settingOf(name)) ?? groupConfigs[name].default;
}

function limitOf(broker: BrokerSettings, setting: string): number {
  return Number(broker.text(setting));
}

function offsetResetError(name: string, value: string): string | undefined {
  const strategy = readOffsetReset(value)?.strategy;
  if (strategy !== undefined && strategy !== 'none') return undefined;
  return `Invalid value \`${value}\` for configuration ${name}. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.`;
}
