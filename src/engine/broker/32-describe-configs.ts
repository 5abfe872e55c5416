/**
 * DescribeConfigs v1-4, for topics, groups, this broker, and brokers in general (an empty name: what was changed for the whole cluster): every config with its value in force, where
 * that comes from, and what it stands before. A resource that is named twice is described once: that takes thousands of times as much as asking. Loggers and client metrics have none. Left out: other resources (INVALID_REQUEST), and Kafka's documentation texts.
 */
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorByName, errorCode, type ErrorName } from '../protocol/errors.js';
import { namedBrokerError } from './config-alteration.js';
import { resourceTypes } from './config-resource.js';
import { describedConfigsOfGroup, describedTopicConfigs, type DescribedConfig } from './described-config.js';
import type { BrokerServices, Handler } from './handler.js';
import { describedClusterSettings, describedSettings } from './settings/described-settings.js';
import { topicNameError } from './topic-name.js';

type Request = CompleteRequestOf<'DescribeConfigs'>;
type Resource = Request['resources'][number];
type Result = GivenResponseOf<'DescribeConfigs'>['results'][number];

export const handleDescribeConfigs: Handler<'DescribeConfigs'> = (services, { request }) => {
  const resources = new Map(
    request.resources.map((resource) => [`${resource.resourceType} ${resource.resourceName}`, resource]),
  );
  const results = [...resources.values()].map((resource, index) =>
    index < mostDescribed
      ? describe(services, resource, request)
      : refused(resource, 'POLICY_VIOLATION', `No more than ${mostDescribed} resources are described at once.`),
  );
  return Promise.resolve({ throttleTimeMs: 0, results });
};

/** Everybody else waits meanwhile. */
const mostDescribed = 5_000;

function describe(services: BrokerServices, resource: Resource, request: Request): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  const found = configsOf(services, resource);
  if ('error' in found) return refused(resource, found.error, found.message);
  const wanted = configurationKeys === null || configurationKeys.length === 0 ? undefined : new Set(configurationKeys);
  const configs = found.configs
    .filter(({ name }) => wanted?.has(name) ?? true)
    .map(({ name, value, type, source, isReadOnly, isSensitive, synonyms }) => ({
      name,
      value,
      readOnly: isReadOnly,
      configSource: source,
      isSensitive,
      synonyms: request.includeSynonyms ? synonyms : [],
      configType: configTypes[type],
    }));
  return { errorCode: 0, errorMessage: '', resourceType, resourceName, configs };
}

function refused({ resourceType, resourceName }: Resource, error: ErrorName, message: string): Result {
  return { errorCode: errorCode(error), errorMessage: message, resourceType, resourceName, configs: [] };
}

type Found = { readonly configs: readonly DescribedConfig[] } | { readonly error: ErrorName; readonly message: string };

function configsOf(services: BrokerServices, { resourceType, resourceName }: Resource): Found {
  const { controller, nodeId, replicas, settings } = services;
  switch (resourceType) {
    case resourceTypes.group:
      if (resourceName === '') return { error: 'INVALID_REQUEST', message: 'Group name must not be empty' };
      return { configs: describedConfigsOfGroup(controller.groupConfigs.get(resourceName) ?? new Map(), settings) };
    case resourceTypes.broker: {
      if (resourceName === '') return { configs: describedClusterSettings(settings) };
      const message = namedBrokerError(resourceName, nodeId, 'Broker', ' or empty string');
      return message === undefined ? { configs: describedSettings(settings) } : { error: 'INVALID_REQUEST', message };
    }
    case resourceTypes.topic: {
      const nameError = topicNameError(resourceName);
      if (nameError !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: nameError };
      const topic = replicas.topic(resourceName);
      if (topic === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: '' };
      return { configs: describedTopicConfigs(topic.configs, settings) };
    }
    case resourceTypes.clientMetrics:
      if (resourceName !== '') return { configs: [] };
      return { error: 'INVALID_REQUEST', message: 'Client metrics subscription name must not be empty' };
    case resourceTypes.brokerLogger: {
      const message =
        resourceName === '' ? 'Broker id must not be empty' : namedBrokerError(resourceName, nodeId, 'Broker');
      return message === undefined ? { configs: [] } : { error: 'INVALID_REQUEST', message };
    }
    default:
      return { error: 'INVALID_REQUEST', message: errorByName('INVALID_REQUEST').message };
  }
}

/** Kafka's numbers for types (`DescribeConfigsResponse.ConfigType`). */
const configTypes = {
  UNKNOWN: 0,
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
} as const;
