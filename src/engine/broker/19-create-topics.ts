/**
 * CreateTopics v2-7. Creates topics as records of the cluster's metadata; a topic is ready for reading and writing when it is answered. From v5 on the
 * configs in force are returned, from v7 on the id. `validateOnly` answers as if. Left out: more replicas than this one broker, policies, quotas.
 */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';
import { effectiveTopicConfigs } from './topic-config.js';

export const handleCreateTopics: Handler<'CreateTopics'> = async (services, { context, request }) => {
  const creations = await services.controller.createTopics(request.topics, request.validateOnly, context.requestId);
  return {
    throttleTimeMs: 0,
    topics: creations.map((creation) => {
      if (creation.error !== 'NONE')
        return {
          name: creation.name,
          errorCode: errorCode(creation.error),
          errorMessage: creation.message,
          topicConfigErrorCode: 0,
        };
      return {
        name: creation.name,
        topicId: creation.topicId,
        errorCode: 0,
        errorMessage: null,
        topicConfigErrorCode: 0,
        numPartitions: creation.numPartitions,
        replicationFactor: 1,
        configs: effectiveTopicConfigs(creation.configs, services.settings)
          .filter(({ name }) => !name.startsWith('internal.'))
          .map(({ name, given, source }) => ({ name, value: given, configSource: source })),
      };
    }),
  };
};
