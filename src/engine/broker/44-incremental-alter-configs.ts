/** IncrementalAlterConfigs v0-1, for topics, groups and brokers: sets, deletes, and adds to or takes from lists. Each resource is changed wholly or not at all. */
import type { Handler } from './handler.js';
import { alterationResponse } from './config-alteration.js';

export const handleIncrementalAlterConfigs: Handler<'IncrementalAlterConfigs'> = async (
  services,
  { context, request },
) => {
  const alterations = request.resources.map(({ resourceType, resourceName, configs }) => ({
    resourceType,
    resourceName,
    replacesAll: false,
    changes: configs.map(({ name, value, configOperation }) => ({ name, value, operation: configOperation })),
  }));
  const done = await services.controller.alterConfigs(alterations, request.validateOnly, context.requestId);
  return { throttleTimeMs: 0, responses: done.map(alterationResponse) };
};
