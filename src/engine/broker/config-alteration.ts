import { errorCode, type ErrorName } from '../protocol/errors.js';
import { encodeMetadataRecord } from '../protocol/metadata-records.js';
import { resourceTypes } from './config-resource.js';
import type { BrokerConfig } from './broker-config.js';
import { listOf, type ConfigDefinition } from './config-value.js';
import { groupConfigError, groupConfigs } from './group-config.js';
import type { MetadataImage, TopicImage } from './metadata-image.js';
import { topicConfigError, topicConfigs } from './topic-config.js';

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

/** What a resource has configs for, what they are, and which it may have. */
interface Configurable {
  /** Of topics alone. */
  readonly topic: TopicImage | undefined;
  readonly configs: ReadonlyMap<string, string>;
  readonly definitions: Readonly<Record<string, ConfigDefinition>>;
  error(configs: ReadonlyMap<string, string>): string | undefined;
}

/** Decides about a change of configs, in the words of Kafka's `ConfigurationControlManager`. */
export function decideAlteration(
  image: MetadataImage,
  alteration: ConfigAlteration,
  broker: BrokerConfig,
): DecidedAlteration {
  const { resourceType, resourceName, changes } = alteration;
  const refuse = ([error, message]: Refusal): DecidedAlteration => ({
    resourceType,
    resourceName,
    error,
    message,
    topic: undefined,
    records: [],
  });
  const malformed = malformedError(alteration);
  if (malformed !== undefined) return refuse(malformed);
  const resource = resourceOf(image, alteration, broker);
  if (resource === undefined)
    return refuse(['UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`]);
  const configs = new Map(alteration.replacesAll ? [] : resource.configs);
  for (const change of changes) {
    const refused = applyChange(configs, change, resource.definitions);
    if (refused !== undefined) return refuse(refused);
  }
  const error = resource.error(configs);
  if (error !== undefined) return refuse(['INVALID_CONFIG', error]);
  const names = new Set([...resource.configs.keys(), ...configs.keys()]);
  const records = [...names].flatMap((name) => {
    const value = configs.get(name) ?? null;
    if (value === (resource.configs.get(name) ?? null)) return [];
    return encodeMetadataRecord('ConfigRecord', { resourceType, resourceName, name, value });
  });
  return { resourceType, resourceName, error: 'NONE', message: null, topic: resource.topic, records };
}

type Refusal = readonly [error: ErrorName, message: string | null];

/** What is wrong with the request, whatever it is about. */
function malformedError({ resourceType, resourceName, changes }: ConfigAlteration): Refusal | undefined {
  const kind =
    resourceType === resourceTypes.topic ? 'topic' : resourceType === resourceTypes.group ? 'group' : undefined;
  if (kind === undefined) return ['INVALID_REQUEST', `Unknown resource type ${resourceType}`];
  if (resourceName === '') return ['INVALID_REQUEST', `Default ${kind} resources are not allowed.`];
  if (new Set(changes.map(({ name }) => name)).size < changes.length)
    return ['INVALID_REQUEST', 'Error due to duplicate config keys'];
  const empty = changes.filter(({ value, operation }) => value === null && operation !== 1).map(({ name }) => name);
  if (empty.length > 0) return ['INVALID_REQUEST', `Null value not supported for : ${empty.join(', ')}`];
  return undefined;
}

/** A group need not be there to be configured; undefined: there is no such topic. */
function resourceOf(
  image: MetadataImage,
  { resourceType, resourceName }: ConfigAlteration,
  broker: BrokerConfig,
): Configurable | undefined {
  if (resourceType === resourceTypes.group)
    return {
      topic: undefined,
      configs: image.groupConfigs.get(resourceName) ?? new Map(),
      definitions: groupConfigs,
      error: (configs) => groupConfigError(configs, broker),
    };
  const topic = image.topic(resourceName);
  return topic && { topic, configs: topic.configs, definitions: topicConfigs, error: topicConfigError };
}

function applyChange(
  configs: Map<string, string>,
  { name, value, operation }: ConfigAlteration['changes'][number],
  definitions: Configurable['definitions'],
): Refusal | undefined {
  if (operation === 0) configs.set(name, value ?? '');
  else if (operation === 1) configs.delete(name);
  else if (operation === 2 || operation === 3) {
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (definition?.type !== 'LIST')
      return [
        'INVALID_CONFIG',
        `Can't ${operation === 2 ? 'APPEND' : 'SUBTRACT'} to key ${name} because its type is not LIST.`,
      ];
    const before = listOf(configs.get(name) ?? definition.default ?? '');
    const given = listOf(value ?? '');
    const after =
      operation === 2
        ? [...before, ...given.filter((each) => !before.includes(each))]
        : before.filter((each) => !given.includes(each));
    configs.set(name, after.join(','));
  } else return ['UNKNOWN_SERVER_ERROR', null];
  return undefined;
}

/** What a client is told of it. */
export function alterationResponse({ resourceType, resourceName, error, message }: DecidedAlteration) {
  return { errorCode: errorCode(error), errorMessage: message, resourceType, resourceName };
}
