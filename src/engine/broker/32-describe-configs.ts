/**
 * DescribeConfigs v1-4, for topics: every config with its value in force, where that comes from, and the settings that it stands before. Left out: resources that are no topics
 * (INVALID_REQUEST), and Kafka's documentation texts.
 */
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { resourceTypes } from './config-resource.js';
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
  const refuse = (error: ErrorName, errorMessage: string): Result => ({
    errorCode: errorCode(error),
    errorMessage,
    resourceType,
    resourceName,
    configs: [],
  });
  if (resourceType !== resourceTypes.topic)
    return refuse('INVALID_REQUEST', `This broker has no configs for resources of type ${resourceType}; topics are 2.`);
  const nameError = topicNameError(resourceName);
  if (nameError !== undefined) return refuse('INVALID_TOPIC_EXCEPTION', nameError);
  const topic = services.replicas.topic(resourceName);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC_OR_PARTITION', '');
  const wanted = configurationKeys === null || configurationKeys.length === 0 ? undefined : new Set(configurationKeys);
  const configs = effectiveTopicConfigs(topic.configs, services.config)
    .filter(({ name }) => !name.startsWith('internal.') && (wanted?.has(name) ?? true))
    .map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: false,
      configSource: config.source,
      isSensitive: false,
      synonyms: request.includeSynonyms
        ? configSynonyms(config.name, topic.configs.get(config.name), services.config)
        : [],
      configType: configTypes[topicConfigs[config.name].type],
    }));
  return { errorCode: 0, errorMessage: '', resourceType, resourceName, configs };
}

/** Kafka's numbers for types (`DescribeConfigsResponse.ConfigType`). */
const configTypes = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;
