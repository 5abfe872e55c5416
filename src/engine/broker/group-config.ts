import type { ConsumerGroupConfig } from '../group/consumer/consumer-context.js';
import { readOffsetReset } from '../protocol/offset-reset.js';
import type { BrokerConfig } from './broker-config.js';
import { numberOf, readConfig, type ConfigDefinition } from './config-value.js';

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

/** Kafka's numbers for where a config's value comes from (`ConfigSource`). */
const sources = { group: 8, staticBroker: 4, default: 5 } as const;

interface Limit {
  readonly config: GroupConfigName;
  readonly setting: string;
  readonly is: 'least' | 'most';
  readonly value: number;
  /** Whether the broker's own value is held to it too. */
  readonly isForOwnValuesAlone?: true;
}

/** What the broker's settings allow, in the sequence in which Kafka checks it; `value` stands for settings that this broker does not have. */
const limits: readonly Limit[] = [
  ...range('consumer.heartbeat.interval.ms', 5000, 15_000),
  ...range('consumer.session.timeout.ms', 45_000, 60_000),
  ...range('consumer.assignment.interval.ms', 0, 15_000, true),
  ...range('share.heartbeat.interval.ms', 5000, 15_000),
  ...range('share.session.timeout.ms', 45_000, 60_000),
  ...range('share.record.lock.duration.ms', 15_000, 60_000),
  ...range('share.delivery.count.limit', 2, 10),
  ...range('share.partition.max.record.locks', 100, 4000),
  ...range('share.assignment.interval.ms', 0, 15_000, true),
  ...range('streams.heartbeat.interval.ms', 5000, 15_000),
  ...range('streams.session.timeout.ms', 45_000, 60_000),
  { config: 'streams.num.standby.replicas', setting: 'group.streams.max.standby.replicas', is: 'most', value: 2 },
  ...range('streams.assignment.interval.ms', 0, 15_000, true),
];

/** `group.share.min.session.timeout.ms` and `group.share.max.session.timeout.ms` hold `share.session.timeout.ms` between them. */
function range(config: GroupConfigName, least: number, most: number, isForOwnValuesAlone?: true): Limit[] {
  const [type, ...words] = config.split('.');
  const limit = (is: Limit['is'], word: string, value: number): Limit => ({
    config,
    setting: ['group', type, word, ...words].join('.'),
    is,
    value,
    ...(isForOwnValuesAlone && { isForOwnValuesAlone }),
  });
  return [limit('least', 'min', least), limit('most', 'max', most)];
}

/** What is wrong with a group's configs, in Kafka's words; undefined if nothing is. */
export function groupConfigError(given: GivenGroupConfigs, broker: BrokerConfig): string | undefined {
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
  for (const { config, setting, is, value, isForOwnValuesAlone } of limits) {
    if (isForOwnValuesAlone && !given.has(config)) continue;
    const limit = limitOf(broker, setting, value);
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
  readonly source: number;
  readonly synonyms: readonly { readonly name: string; readonly value: string; readonly source: number }[];
}

/** Every config of a group, by name. */
export function describedGroupConfigs(given: GivenGroupConfigs, broker: BrokerConfig): DescribedGroupConfig[] {
  return [...names].sort().map((name) => {
    const [own, setting, known] = [given.get(name), settingOf(name), groupConfigs[name].default];
    const ofBroker = inherited(name, broker);
    const synonyms = [
      ...(own === undefined ? [] : [{ name, value: own, source: sources.group }]),
      ...(ofBroker === known ? [] : [{ name: setting, value: ofBroker, source: sources.staticBroker }]),
      { name: setting, value: known, source: sources.default },
    ];
    const [{ value, source }] = synonyms as [(typeof synonyms)[number], ...typeof synonyms];
    return { name, value, source, synonyms };
  });
}

/** What a group of the consumer protocol is tuned by. A value that the broker does not allow any more is brought back to where it does. */
export function consumerGroupTuning(
  given: GivenGroupConfigs | undefined,
  broker: BrokerConfig,
): Pick<ConsumerGroupConfig, 'sessionTimeoutMs' | 'heartbeatIntervalMs' | 'assignmentIntervalMs'> {
  const valueOf = (config: GroupConfigName): number => {
    const own = given?.get(config);
    if (own === undefined) return numberOf(inherited(config, broker));
    const bounds = limits.filter((limit) => limit.config === config);
    return bounds.reduce((value, { setting, is, value: known }) => {
      const limit = limitOf(broker, setting, known);
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

function inherited(name: GroupConfigName, broker: BrokerConfig): string {
  const settings: Readonly<Record<string, BrokerConfig[keyof BrokerConfig]>> = broker;
  return String(settings[settingOf(name)] ?? groupConfigs[name].default);
}

function limitOf(broker: BrokerConfig, setting: string, known: number): number {
  const settings: Readonly<Record<string, unknown>> = broker;
  return Number(settings[setting] ?? known);
}

function offsetResetError(name: string, value: string): string | undefined {
  const strategy = readOffsetReset(value)?.strategy;
  if (strategy !== undefined && strategy !== 'none') return undefined;
  return `Invalid value \`${value}\` for configuration ${name}. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.`;
}
