import { errorCode, type ErrorName } from '../protocol/errors.js';
import { encodeMetadataRecord } from '../protocol/metadata-records.js';
import { resourceTypes } from './config-resource.js';
import type { MetadataImage, TopicImage } from './metadata-image.js';
import { listOf } from './config-value.js';
import { topicConfigError, topicConfigs, type TopicConfigName } from './topic-config.js';

/** What somebody wants to change about a resource's configs. */
export interface ConfigAlteration {
  readonly resourceType: number;
  readonly resourceName: string;
  /** What is not named goes back to its default (AlterConfigs). */
  readonly replacesAll: boolean;
  /** `operation`: 0 set, 1 delete, 2 append, 3 subtract. */
  readonly changes: readonly { readonly name: string; readonly value: string | null; readonly operation: number }[];
}

/** What became of it: the records that make it so, or why it can't be. */
export interface DecidedAlteration {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly error: ErrorName;
  readonly message: string | null;
  readonly topic: TopicImage | undefined;
  readonly records: readonly Uint8Array[];
}

/** Decides about a change of configs, in the words of Kafka's `ConfigurationControlManager`. */
export function decideAlteration(image: MetadataImage, alteration: ConfigAlteration): DecidedAlteration {
  const { resourceType, resourceName, changes, replacesAll } = alteration;
  const refuse = (error: ErrorName, message: string | null): DecidedAlteration => ({
    resourceType,
    resourceName,
    error,
    message,
    topic: undefined,
    records: [],
  });
  if (resourceType !== resourceTypes.topic) return refuse('INVALID_REQUEST', `Unknown resource type ${resourceType}`);
  if (resourceName === '') return refuse('INVALID_REQUEST', 'Default topic resources are not allowed.');
  if (new Set(changes.map(({ name }) => name)).size < changes.length)
    return refuse('INVALID_REQUEST', 'Error due to duplicate config keys');
  const empty = changes.filter(({ value, operation }) => value === null && operation !== 1).map(({ name }) => name);
  if (empty.length > 0) return refuse('INVALID_REQUEST', `Null value not supported for : ${empty.join(', ')}`);
  const topic = image.topic(resourceName);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`);
  const configs = new Map(replacesAll ? [] : topic.configs);
  for (const { name, value, operation } of changes) {
    if (operation === 0) configs.set(name, value ?? '');
    else if (operation === 1) configs.delete(name);
    else if (operation === 2 || operation === 3) {
      const isList = Object.hasOwn(topicConfigs, name) && topicConfigs[name as TopicConfigName].type === 'LIST';
      if (!isList)
        return refuse(
          'INVALID_CONFIG',
          `Can't ${operation === 2 ? 'APPEND' : 'SUBTRACT'} to key ${name} because its type is not LIST.`,
        );
      const before = listOf(configs.get(name) ?? topicConfigs[name as TopicConfigName].default ?? '');
      const given = listOf(value ?? '');
      const after =
        operation === 2
          ? [...before, ...given.filter((each) => !before.includes(each))]
          : before.filter((each) => !given.includes(each));
      configs.set(name, after.join(','));
    } else return refuse('UNKNOWN_SERVER_ERROR', null);
  }
  const error = topicConfigError(configs);
  if (error !== undefined) return refuse('INVALID_CONFIG', error);
  const names = new Set([...topic.configs.keys(), ...configs.keys()]);
  const records = [...names].flatMap((name) => {
    const value = configs.get(name) ?? null;
    if (value === (topic.configs.get(name) ?? null)) return [];
    return encodeMetadataRecord('ConfigRecord', { resourceType, resourceName, name, value });
  });
  return { resourceType, resourceName, error: 'NONE', message: null, topic, records };
}

/** What a client is told of it. */
export function alterationResponse({ resourceType, resourceName, error, message }: DecidedAlteration) {
  return { errorCode: errorCode(error), errorMessage: message, resourceType, resourceName };
}
