/** AlterConfigs v0-2, for topics, groups and brokers: each has exactly the configs that are named from then on. Left out: other resources. */
import type { Handler } from './handler.js';
import { alterationResponse } from './config-alteration.js';

export const handleAlterConfigs: Handler<'AlterConfigs'> = async (services, { context, request }) => {
  const alterations = request.resources.map(({ resourceType, resourceName, configs }) => ({
    resourceType,
    resourceName,
    replacesAll: true,
    changes: configs.map(({ name, value }) => ({ name, value, operation: 0 })),
  }));
  const done = await services.controller.alterConfigs(alterations, request.validateOnly, context.requestId);
  return { throttleTimeMs: 0, responses: done.map(alterationResponse) };
};
