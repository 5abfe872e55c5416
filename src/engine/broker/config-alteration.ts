import { errorCode, type ErrorName } from '../protocol/errors.js';
import { encodeMetadataRecord } from '../protocol/metadata-records.js';
import { resourceTypes } from './config-resource.js';
import type { BrokerSettings } from './broker-config.js';
import { listOf, type ConfigDefinition } from './config-value.js';
import { groupConfigError, groupConfigs } from './group-config.js';
import type { MetadataImage, TopicImage } from './metadata-image.js';
import { brokerSettings } from './settings/broker-settings.js';
import { inSyncRefusal, settingsRefusal, type Refusal } from './settings/setting-changes.js';
import { topicConfigRefusal, topicConfigs } from './topic-config.js';
import { topicNameError } from './topic-name.js';

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
  /** The name that its configs are kept under. */
  readonly name: string;
  readonly configs: ReadonlyMap<string, string>;
  readonly definitions: Readonly<Record<string, ConfigDefinition>>;
  /** What is wrong with what it would have; `changed` are the names that somebody wants to change. */
  refusal(configs: ReadonlyMap<string, string>, changed: ReadonlySet<string>): Refusal | undefined;
}

/** Who decides. */
export interface AlterationContext {
  readonly image: MetadataImage;
  readonly settings: BrokerSettings;
  readonly nodeId: number;
}

/** Decides about changes of configs. A resource that comes twice is not changed at all. */
export function decideAlterations(
  context: AlterationContext,
  alterations: readonly ConfigAlteration[],
): DecidedAlteration[] {
  const keyOf = ({ resourceType, resourceName }: ConfigAlteration) => `${resourceType} ${resourceName}`;
  const counts = new Map<string, number>();
  for (const each of alterations) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
  return alterations.map((each) =>
    counts.get(keyOf(each)) === 1
      ? decideAlteration(context, each)
      : refused(each, ['INVALID_REQUEST', 'Each resource must appear at most once.']),
  );
}

/** Decides about a change of configs, in the words of Kafka's `ConfigAdminManager` and `ConfigurationControlManager`. */
function decideAlteration(context: AlterationContext, alteration: ConfigAlteration): DecidedAlteration {
  const { resourceType, resourceName, changes } = alteration;
  const malformed = malformedError(alteration, context.nodeId);
  if (malformed !== undefined) return refused(alteration, malformed);
  const resource = resourceOf(context, alteration);
  if (resource === undefined)
    return refused(alteration, ['UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`]);
  const configs = new Map(alteration.replacesAll ? [] : resource.configs);
  for (const change of changes) {
    const refusal = applyChange(configs, change, resource.definitions, resourceType);
    if (refusal !== undefined) return refused(alteration, refusal);
  }
  const names = new Set([...resource.configs.keys(), ...configs.keys()]);
  const changed = new Set(changes.map(({ name }) => name));
  const gone = [...names].filter((name) => !configs.has(name));
  const refusal = resource.refusal(configs, new Set([...changed, ...gone]));
  if (refusal !== undefined) return refused(alteration, refusal);
  const records = [...names].flatMap((name) => {
    const value = configs.get(name) ?? null;
    if (value === (resource.configs.get(name) ?? null)) return [];
    return encodeMetadataRecord('ConfigRecord', { resourceType, resourceName: resource.name, name, value });
  });
  return { resourceType, resourceName, error: 'NONE', message: null, topic: resource.topic, records };
}

function refused({ resourceType, resourceName }: ConfigAlteration, [error, message]: Problem): DecidedAlteration {
  return { resourceType, resourceName, error, message, topic: undefined, records: [] };
}

type Problem = readonly [error: ErrorName, message: string | null];

/** What is wrong with the request, whatever it is about. */
function malformedError(
  { resourceType, resourceName, changes }: ConfigAlteration,
  nodeId: number,
): Refusal | undefined {
  const kind = { [resourceTypes.topic]: 'topic', [resourceTypes.group]: 'group', [resourceTypes.broker]: 'broker' }[
    resourceType
  ];
  if (kind === undefined) return ['INVALID_REQUEST', `Unknown resource type ${resourceType}`];
  if (kind !== 'broker' && resourceName === '')
    return ['INVALID_REQUEST', `Default ${kind} resources are not allowed.`];
  if (new Set(changes.map(({ name }) => name)).size < changes.length)
    return ['INVALID_REQUEST', 'Error due to duplicate config keys'];
  const empty = changes.filter(({ value, operation }) => value === null && operation !== 1).map(({ name }) => name);
  if (empty.length > 0) return ['INVALID_REQUEST', `Null value not supported for : ${empty.join(', ')}`];
  const nameError = kind === 'topic' ? topicNameError(resourceName) : undefined;
  if (nameError !== undefined) return ['INVALID_TOPIC_EXCEPTION', nameError];
  const error = kind === 'broker' && resourceName !== '' ? namedBrokerError(resourceName, nodeId, 'Node') : undefined;
  return error === undefined ? undefined : ['INVALID_REQUEST', error];
}

/** What is wrong with a broker's id; undefined if it is this broker's. */
export function namedBrokerError(
  given: string,
  nodeId: number,
  word: 'Node' | 'Broker',
  alternative = '',
): string | undefined {
  const id = /^[+-]?\d+$/.test(given) ? Number(given) : NaN;
  if (!(id >= -(2 ** 31) && id < 2 ** 31)) return `${word} id must be an integer, but it is: ${given}`;
  if (id === nodeId) return undefined;
  return `Unexpected broker id, expected ${nodeId}${alternative}, but received ${given}`;
}

/** A group need not be there to be configured; undefined: there is no such topic. */
function resourceOf(
  { image, settings, nodeId }: AlterationContext,
  { resourceType, resourceName }: ConfigAlteration,
): Configurable | undefined {
  const invalid = (error: string | undefined): Refusal | undefined =>
    error === undefined ? undefined : ['INVALID_CONFIG', error];
  if (resourceType === resourceTypes.group)
    return {
      topic: undefined,
      name: resourceName,
      configs: image.groupConfigs.get(resourceName) ?? new Map(),
      definitions: groupConfigs,
      refusal: (configs) => invalid(groupConfigError(configs, settings)),
    };
  if (resourceType === resourceTypes.broker) {
    const isOfCluster = resourceName === '';
    const name = isOfCluster ? '' : String(nodeId);
    return {
      topic: undefined,
      name,
      configs: image.brokerConfigs(name),
      definitions: brokerSettings,
      refusal: (configs, changed) =>
        settingsRefusal(configs, isOfCluster, settings) ?? inSyncRefusal(isOfCluster, changed, configs),
    };
  }
  const topic = image.topic(resourceName);
  return (
    topic && {
      topic,
      name: resourceName,
      configs: topic.configs,
      definitions: topicConfigs,
      refusal: (configs) => invalid(topicConfigRefusal(configs)),
    }
  );
}

function applyChange(
  configs: Map<string, string>,
  { name, value, operation }: ConfigAlteration['changes'][number],
  definitions: Configurable['definitions'],
  resourceType: number,
): Problem | undefined {
  const isOfBroker = resourceType === resourceTypes.broker;
  if (operation === 0) configs.set(name, value ?? '');
  else if (operation === 1) configs.delete(name);
  else if (operation === 2 || operation === 3) {
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (definition === undefined && isOfBroker) return ['INVALID_CONFIG', `Unknown config name: ${name}`];
    if (definition?.type !== 'LIST') {
      const word = operation === 2 ? 'append' : 'subtract';
      const problem = isOfBroker
        ? `Config value ${word} is not allowed for config key: ${name}`
        : `Can't ${word.toUpperCase()} to key ${name} because its type is not LIST.`;
      return ['INVALID_CONFIG', problem];
    }
    const before = listOf(configs.get(name) ?? definition.default ?? '');
    // For a broker an empty text is an element, too: an empty one, which no list may have.
    const given = isOfBroker && value === '' ? [''] : listOf(value ?? '');
    const after =
      operation === 2
        ? [...before, ...given.filter((each) => !before.includes(each))]
        : before.filter((each) => !given.includes(each));
    configs.set(name, after.join(','));
  } else
    return isOfBroker ? ['INVALID_REQUEST', `Unknown operations type ${operation}`] : ['UNKNOWN_SERVER_ERROR', null];
  return undefined;
}

/** What a client is told of it. */
export function alterationResponse({ resourceType, resourceName, error, message }: DecidedAlteration) {
  return { errorCode: errorCode(error), errorMessage: message, resourceType, resourceName };
}
