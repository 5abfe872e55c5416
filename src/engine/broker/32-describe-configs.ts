/**
 * DescribeConfigs v1-4, for topics and groups: every config with its value in force, where that comes from, and the settings that it stands before. Left out: other resources
 * (INVALID_REQUEST), and Kafka's documentation texts.
 */
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { resourceTypes } from './config-resource.js';
import { describedGroupConfigs, groupConfigs } from './group-config.js';
import type { BrokerServices, Handler } from './handler.js';
import { configSynonyms, effectiveTopicConfigs, topicConfigs } from './topic-config.js';
import { topicNameError } from './topic-name.js';

type Request = CompleteRequestOf<'DescribeConfigs'>;
type Resource = Request['resources'][number];
type Result = GivenResponseOf<'DescribeConfigs'>['results'][number];

export const handleDescribeConfigs: Handler<'DescribeConfigs'> = (services, { request }) =>
  Promise.resolve({
    throttleTimeMs: 0,
    results: request.resources.map((resource) => describe(services, resource, request)),
  });

function describe(services: BrokerServices, resource: Resource, request: Request): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  const found = configsOf(services, resource);
  if ('error' in found) {
    const { error, message } = found;
    return { errorCode: errorCode(error), errorMessage: message, resourceType, resourceName, configs: [] };
  }
  const wanted = configurationKeys === null || configurationKeys.length === 0 ? undefined : new Set(configurationKeys);
  const configs = found.configs
    .filter(({ name }) => !name.startsWith('internal.') && (wanted?.has(name) ?? true))
    .map(({ name, value, type, source, synonyms }) => ({
      name,
      value,
      readOnly: false,
      configSource: source,
      isSensitive: false,
      synonyms: request.includeSynonyms ? synonyms : [],
      configType: configTypes[type],
    }));
  return { errorCode: 0, errorMessage: '', resourceType, resourceName, configs };
}

interface DescribedConfig {
  readonly name: string;
  readonly value: string;
  readonly type: keyof typeof configTypes;
  readonly source: number;
  readonly synonyms: readonly { readonly name: string; readonly value: string; readonly source: number }[];
}

function configsOf(
  { replicas, controller, config }: BrokerServices,
  { resourceType, resourceName }: Resource,
): { readonly configs: readonly DescribedConfig[] } | { readonly error: ErrorName; readonly message: string } {
  if (resourceType === resourceTypes.group) {
    if (resourceName === '') return { error: 'INVALID_REQUEST', message: 'Group name must not be empty' };
    const own = controller.groupConfigs.get(resourceName) ?? new Map<string, string>();
    const configs = describedGroupConfigs(own, config);
    return { configs: configs.map((each) => ({ ...each, type: groupConfigs[each.name].type })) };
  }
  if (resourceType !== resourceTypes.topic) {
    const message = `This broker has no configs for resources of type ${resourceType}; topics are 2, groups are 32.`;
    return { error: 'INVALID_REQUEST', message };
  }
  const nameError = topicNameError(resourceName);
  if (nameError !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: nameError };
  const topic = replicas.topic(resourceName);
  if (topic === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: '' };
  const configs = effectiveTopicConfigs(topic.configs, config);
  return {
    configs: configs.map((each) => ({
      ...each,
      type: topicConfigs[each.name].type,
      synonyms: configSynonyms(each.name, topic.configs.get(each.name), config),
    })),
  };
}

/** Kafka's numbers for types (`DescribeConfigsResponse.ConfigType`). */
const configTypes = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;
