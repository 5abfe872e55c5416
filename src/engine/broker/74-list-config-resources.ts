/** ListConfigResources v0-1: topics, groups that have configs of their own, and this broker with its loggers. Version 0 asks for client metrics, of which there are none. */
import { errorCode } from '../protocol/errors.js';
import { resourceTypes } from './config-resource.js';
import type { Handler } from './handler.js';

export const handleListConfigResources: Handler<'ListConfigResources'> = (services, { version, request }) => {
  const { topic, broker, brokerLogger, clientMetrics, group } = resourceTypes;
  const known = [topic, broker, brokerLogger, clientMetrics, group] as const;
  const asked = new Set<number>(version === 0 ? [clientMetrics] : request.resourceTypes);
  if ([...asked].some((type) => !known.some((each) => each === type)))
    return { throttleTimeMs: 0, errorCode: errorCode('UNSUPPORTED_VERSION'), configResources: [] };
  const own = String(services.nodeId);
  const all = [
    ...[...services.replicas.topics].map(({ name }) => ({ resourceName: name, resourceType: topic })),
    ...[...services.controller.groupConfigs.keys()].map((groupId) => ({ resourceName: groupId, resourceType: group })),
    { resourceName: own, resourceType: broker },
    { resourceName: own, resourceType: brokerLogger },
  ];
  const configResources = asked.size === 0 ? all : all.filter(({ resourceType }) => asked.has(resourceType));
  return { throttleTimeMs: 0, errorCode: 0, configResources };
};
