import type { ErrorName } from '../../protocol/errors.js';
import type { BrokerSettings } from '../broker-config.js';
import { readConfig } from '../config-value.js';
import { definitionOf } from './broker-settings.js';

export type Refusal = readonly [error: ErrorName, message: string];

/**
 * What is wrong with the settings that a broker, or the whole cluster, would have on top of what brokers were started with; undefined if nothing is. In the words and the sequence of
 * Kafka's `DynamicBrokerConfig`.
 */
export function settingsRefusal(
  configs: ReadonlyMap<string, string>,
  isOfCluster: boolean,
  settings: BrokerSettings,
): Refusal | undefined {
  const named = (text: string, isNamed: (name: string) => boolean): Refusal | undefined => {
    const names = [...configs.keys()].filter(isNamed).sort();
    return names.length === 0 ? undefined : ['INVALID_REQUEST', `${text}: [${names.join(', ')}]`];
  };
  return (
    named('Cannot update these configs dynamically', isFixed) ??
    named(
      'These security configs can be dynamically updated only per-listener using the listener prefix',
      (name) => definitionOf(name)?.dynamic === 'listener',
    ) ??
    wrongValue(configs) ??
    (isOfCluster
      ? named('Cannot update these configs at default cluster level, broker id must be specified', isOfOneBroker)
      : undefined) ??
    brokenRule(configs, settings)
  );
}

/** Whether only those that start a broker can set it. What nobody knows may be changed: it might mean something to a plug-in. */
function isFixed(name: string): boolean {
  const definition = definitionOf(name);
  return definition !== undefined && definition.dynamic === undefined;
}

function isOfOneBroker(name: string): boolean {
  return name.startsWith('listener.name.') || definitionOf(name)?.dynamic === 'broker';
}

function wrongValue(configs: ReadonlyMap<string, string>): Refusal | undefined {
  for (const [name, value] of configs) {
    const definition = definitionOf(name);
    const error = definition && readConfig(name, definition, value).error;
    if (error !== undefined) return ['INVALID_REQUEST', error];
  }
  return undefined;
}

/** What Kafka's number of threads may become at once: not less than half of what it is, not more than twice that. */
const threadCounts = [
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
];

function brokenRule(configs: ReadonlyMap<string, string>, settings: BrokerSettings): Refusal | undefined {
  const number = (name: string) => Number(configs.get(name) ?? settings.text(name) ?? NaN);
  const refuse = (message: string): Refusal => ['INVALID_REQUEST', message];
  if (number('log.retention.ms') === 0)
    return refuse('requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1');
  if (number('log.roll.ms') < 1) return refuse('requirement failed: log.roll.ms must be greater than or equal to 1');
  if (number('log.cleaner.dedupe.buffer.size') < number('log.cleaner.threads') * 1024 * 1024)
    return refuse('requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.');
  for (const type of ['consumer', 'share', 'streams']) {
    const [name, most, least] = ['', 'max.', 'min.'].map((word) => `group.${type}.${word}assignment.interval.ms`) as [
      string,
      string,
      string,
    ];
    if (number(name) > number(most)) return refuse(`${name} must be less than or equal to ${most}`);
    if (number(name) < number(least)) return refuse(`${name} must be greater than or equal to ${least}`);
  }
  return threadsRefusal(configs, settings);
}

function threadsRefusal(configs: ReadonlyMap<string, string>, settings: BrokerSettings): Refusal | undefined {
  const refuse = (text: string): Refusal => [
    'INVALID_REQUEST',
    `Invalid value org.apache.kafka.common.config.ConfigException: ${text} for configuration Invalid dynamic configuration`,
  ];
  for (const name of [...threadCounts, 'log.cleaner.threads']) {
    const wanted = configs.get(name);
    if (wanted === undefined) continue;
    const [after, now] = [Number(wanted), Number(settings.text(name))];
    const isCleaner = name === 'log.cleaner.threads';
    const begins = `Dynamic thread count update validation failed for ${name}=${after}, value should`;
    if (after < Math.floor(now / 2))
      return refuse(
        isCleaner
          ? `Log cleaner threads cannot be reduced to less than half the current value ${now}`
          : `${begins} be at least half the current value ${now}`,
      );
    if (after > now * 2)
      return refuse(
        isCleaner
          ? `Log cleaner threads cannot be increased to more than double the current value ${now}`
          : `${begins} not be greater than double the current value ${now}`,
      );
  }
  return undefined;
}

/** What Kafka's controller keeps of the replicas that must be in sync (KIP-966). */
export function inSyncRefusal(
  isOfCluster: boolean,
  changed: ReadonlySet<string>,
  after: ReadonlyMap<string, string>,
): Refusal | undefined {
  const name = 'min.insync.replicas';
  if (!changed.has(name)) return undefined;
  if (!isOfCluster) return ['INVALID_CONFIG', `Broker-level ${name} cannot be altered while ELR is enabled.`];
  if (!after.has(name)) return ['INVALID_CONFIG', `Cluster-level ${name} cannot be removed while ELR is enabled.`];
  return undefined;
}
