import { heeded, type GivenSettings } from '../broker-config.js';
import { readConfig } from '../config-value.js';
import { inheritedGroupSettings } from '../group-config.js';
import { inheritedTopicSettings } from '../topic-config.js';
import { definitionOf, synonymsOf } from './broker-settings.js';

/** The settings that change what this broker does, or what it tells of topics and groups. */
const effective: ReadonlySet<string> = new Set([
  ...heeded,
  ...inheritedTopicSettings.flatMap(synonymsOf),
  ...inheritedGroupSettings,
]);

/** A setting by Kafka's name with the text that was given for it, as on a command line. Throws an error that says what was expected. */
export function parseSetting(name: string, text: string): GivenSettings {
  const definition = definitionOf(name);
  if (definition === undefined || !effective.has(name))
    throw new Error(
      `'${name}' is no setting ${definition === undefined ? 'of a broker' : 'that has an effect here'}. There are:\n  ${[...effective].sort().join('\n  ')}`,
    );
  const { error } = readConfig(name, definition, text);
  if (error !== undefined) throw new Error(`${error}.`);
  return { [name]: text };
}
