import type { ConfigDefinition } from './config-value.js';
import type { BrokerSettings } from './broker-config.js';
import { describedGroupConfigs, groupConfigs, type GivenGroupConfigs } from './group-config.js';
import type { ConfigSource } from './settings/levels.js';
import { effectiveTopicConfigs, toldTopicConfig, topicConfigs, type GivenTopicConfigs } from './topic-config.js';

/** A config as DescribeConfigs tells it. */
export interface DescribedConfig {
  readonly name: string;
  readonly value: string | null;
  readonly type: ConfigDefinition['type'] | 'UNKNOWN';
  readonly source: ConfigSource;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  /** What the value stands before, best first; itself included. */
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: ConfigSource }[];
}

const open = { isReadOnly: false, isSensitive: false } as const;

/** Every config of a topic, but for those that are Kafka's own business. */
export function describedTopicConfigs(own: GivenTopicConfigs, broker: BrokerSettings): DescribedConfig[] {
  return effectiveTopicConfigs(own, broker)
    .filter(({ name }) => !name.startsWith('internal.'))
    .map((effective) => ({
      ...open,
      ...toldTopicConfig(effective, own.get(effective.name), broker),
      type: topicConfigs[effective.name].type,
    }));
}

/** Every config of a group. */
export function describedConfigsOfGroup(own: GivenGroupConfigs, broker: BrokerSettings): DescribedConfig[] {
  return describedGroupConfigs(own, broker).map((config) => ({
    ...open,
    ...config,
    type: groupConfigs[config.name].type,
  }));
}
