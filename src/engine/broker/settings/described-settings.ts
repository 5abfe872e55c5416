import type { BrokerSettings } from '../broker-config.js';
import { readConfig } from '../config-value.js';
import type { DescribedConfig } from '../described-config.js';
import { brokerSettings, definitionOf } from './broker-settings.js';
import { configSources, type ConfigLevel } from './levels.js';

/** Every setting of the broker, and what was given under names that nobody knows. */
export function describedSettings(settings: BrokerSettings): DescribedConfig[] {
  const given = settings.givenNames;
  const known = Object.keys(brokerSettings).filter(
    (name) => given.has(name) || definitionOf(name)?.isInternal !== true,
  );
  return [...new Set([...known, ...given])].map((name) => {
    const levels = settings.toldLevels(name);
    return described(name, settings.text(name), levels[0]?.source ?? configSources.default, levels);
  });
}

/** What was changed for the whole cluster. */
export function describedClusterSettings(settings: BrokerSettings): DescribedConfig[] {
  return [...settings.clusterNames].map((name) => {
    const levels = settings
      .levels(name)
      .filter((level) => level.name === name && level.source === configSources.cluster);
    return described(name, levels[0]?.value ?? null, configSources.cluster, levels);
  });
}

/** What nobody knows might be a secret, so its value is not told. */
function described(
  name: string,
  given: string | null,
  source: DescribedConfig['source'],
  levels: readonly ConfigLevel[],
): DescribedConfig {
  const definition = definitionOf(name);
  const isSensitive = definition === undefined || definition.type === 'PASSWORD';
  const value =
    definition === undefined || given === null ? given : (readConfig(name, definition, given).text ?? given);
  return {
    name,
    value: isSensitive ? null : value,
    type: definition?.type ?? 'UNKNOWN',
    source,
    isReadOnly: definition?.dynamic === undefined,
    isSensitive,
    synonyms: isSensitive ? levels.map((level) => ({ ...level, value: null })) : levels,
  };
}
