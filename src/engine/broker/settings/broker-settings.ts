import { clusterSettings } from './cluster-settings.js';
import { groupSettings } from './group-settings.js';
import { logSettings } from './log-settings.js';
import { networkSettings } from './network-settings.js';
import { remoteStorageSettings } from './remote-storage-settings.js';
import { securitySettings } from './security-settings.js';
import type { SettingDefinition } from './setting-definition.js';
import { transactionSettings } from './transaction-settings.js';

/** Every config of Kafka's broker (`KafkaConfig`) with its default there. Which of them have an effect here is told on the page of differences. */
export const brokerSettings = {
  ...clusterSettings,
  ...groupSettings,
  ...logSettings,
  ...networkSettings,
  ...remoteStorageSettings,
  ...securitySettings,
  ...transactionSettings,
} as const satisfies Record<string, SettingDefinition>;

export type SettingName = keyof typeof brokerSettings;

/** What a setting's values are in memory. */
export type SettingValue<Name extends SettingName> = (typeof brokerSettings)[Name]['type'] extends 'BOOLEAN'
  ? boolean
  : (typeof brokerSettings)[Name]['type'] extends 'INT' | 'LONG' | 'SHORT' | 'DOUBLE'
    ? number
    : string;

/** What Kafka knows of a setting; undefined for a name that it does not know. */
export function definitionOf(name: string): SettingDefinition | undefined {
  return Object.hasOwn(brokerSettings, name) ? brokerSettings[name as SettingName] : undefined;
}

/** Settings that say the same in other units; of several that are given the first one holds. */
const synonyms = [
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
] as const satisfies readonly (readonly SettingName[])[];

/** A setting's name and those that say the same, best first. */
export function synonymsOf(name: string): readonly string[] {
  return synonyms.find((group: readonly string[]) => group.includes(name)) ?? [name];
}
