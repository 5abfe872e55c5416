import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { completeResponse, type ApiName, type RequestOf, type ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { errorCode, type ErrorName } from '../../../src/engine/protocol/errors.js';
import { alteredBroker } from '../mutants/altered-broker.js';

const ofCoordinators = ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'] as const;
const ofLeaders = ['NOT_LEADER_OR_FOLLOWER', 'LEADER_NOT_AVAILABLE', 'REQUEST_TIMED_OUT'] as const;

/**
 * A broker that refuses so many of 1000 requests for now, with errors that a client may meet at any time and must get over: its coordinator moves or loads, its leader
 * changes. What is refused has not happened, but for commits that are told REQUEST_TIMED_OUT: of these nobody knows.
 */
export function refusingBroker(broker: RequestHandler, random: Random, perMille: () => number): RequestHandler {
  const draws = new Map<ApiName, Random>();
  const stored = new WeakSet<RequestOf<'Produce'>>();
  const refusal = (api: ApiName, names: readonly ErrorName[]): number => {
    const draw = draws.get(api) ?? random.fork(api);
    draws.set(api, draw);
    if (perMille() === 0 || randomInteger(draw, 1000) >= perMille()) return 0;
    return errorCode(names[randomInteger(draw, names.length)] as ErrorName);
  };
  return alteredBroker(broker, {
    Produce: async ({ request, handle }) => {
      const code = refusal('Produce', ['NOT_ENOUGH_REPLICAS', 'NOT_LEADER_OR_FOLLOWER']);
      // Of one that comes twice the second answer counts: it must not deny what the first time has stored.
      if (code !== 0 && !stored.has(request)) return refusedProduce(request, code);
      stored.add(request);
      return await handle();
    },
    Fetch: async ({ handle }) => {
      const code = refusal('Fetch', [...ofLeaders, 'FETCH_SESSION_ID_NOT_FOUND']);
      if (code === errorCode('FETCH_SESSION_ID_NOT_FOUND'))
        return completeResponse('Fetch', { throttleTimeMs: 0, errorCode: code, responses: [] });
      const response = await handle();
      if (code === 0) return response;
      const refused = response.responses.map((topic) => ({
        ...topic,
        partitions: topic.partitions.map((each) => ({ ...each, errorCode: code, records: null })),
      }));
      return { ...response, responses: refused };
    },
    ListOffsets: async ({ handle }) => {
      const code = refusal('ListOffsets', [...ofLeaders, 'OFFSET_NOT_AVAILABLE']);
      const response = await handle();
      if (code === 0) return response;
      const topics = response.topics.map((topic) => ({
        ...topic,
        partitions: topic.partitions.map((each) => ({ ...each, errorCode: code, offset: -1n, timestamp: -1n })),
      }));
      return { ...response, topics };
    },
    OffsetCommit: async ({ request, handle }) => {
      const code = refusal('OffsetCommit', [...ofCoordinators, 'REQUEST_TIMED_OUT']);
      if (code === 0) return await handle();
      if (code === errorCode('REQUEST_TIMED_OUT')) await handle();
      return completeResponse('OffsetCommit', {
        topics: request.topics.map(({ name, topicId, partitions }) => ({
          ...(name === undefined ? {} : { name }),
          ...(topicId === undefined ? {} : { topicId }),
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
        })),
      });
    },
    OffsetFetch: async ({ handle }) => {
      const code = refusal('OffsetFetch', [...ofCoordinators, 'UNSTABLE_OFFSET_COMMIT']);
      const response = await handle();
      if (code === 0) return response;
      if (code !== errorCode('UNSTABLE_OFFSET_COMMIT'))
        return {
          ...response,
          ...(response.groups.length > 0 ? {} : { errorCode: code }),
          groups: response.groups.map((group) => ({ ...group, errorCode: code, topics: [] })),
        };
      const groups = response.groups.map((group) => ({
        ...group,
        topics: group.topics.map((topic) => ({
          ...topic,
          partitions: topic.partitions.map((each) => ({ ...each, errorCode: code, committedOffset: -1n })),
        })),
      }));
      return { ...response, groups };
    },
    FindCoordinator: async ({ handle }) => {
      const code = refusal('FindCoordinator', ['COORDINATOR_NOT_AVAILABLE']);
      const response = await handle();
      if (code === 0) return response;
      const coordinators = response.coordinators.map((each) => ({
        ...each,
        errorCode: code,
        nodeId: -1,
        host: '',
        port: -1,
      }));
      return coordinators.length > 0 ? { ...response, coordinators } : { ...response, errorCode: code };
    },
    JoinGroup: refused('JoinGroup', refusal),
    SyncGroup: refused('SyncGroup', refusal),
    Heartbeat: refused('Heartbeat', refusal),
    LeaveGroup: refused('LeaveGroup', refusal),
    ConsumerGroupHeartbeat: refused('ConsumerGroupHeartbeat', refusal),
    InitProducerId: refused('InitProducerId', refusal),
  });
}

type WithOneError =
  'JoinGroup' | 'SyncGroup' | 'Heartbeat' | 'LeaveGroup' | 'ConsumerGroupHeartbeat' | 'InitProducerId';

/** What such a response holds when there is nothing to tell. */
const emptyResponses: { readonly [Api in WithOneError]: object } = {
  JoinGroup: { generationId: -1, protocolName: null, leader: '', skipAssignment: false, memberId: '', members: [] },
  SyncGroup: { assignment: new Uint8Array(0) },
  Heartbeat: {},
  LeaveGroup: { members: [] },
  ConsumerGroupHeartbeat: { memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null },
  InitProducerId: { producerId: -1n, producerEpoch: 0 },
};

function refused<Api extends WithOneError>(
  api: Api,
  refusal: (api: ApiName, names: readonly (typeof ofCoordinators)[number][]) => number,
) {
  return async ({ handle }: { readonly handle: () => Promise<ResponseOf<Api>> }): Promise<ResponseOf<Api>> => {
    const code = refusal(api, ofCoordinators);
    if (code === 0) return await handle();
    return completeResponse(api, { throttleTimeMs: 0, errorCode: code, ...emptyResponses[api] } as never);
  };
}

function refusedProduce(request: RequestOf<'Produce'>, code: number): ResponseOf<'Produce'> {
  return completeResponse('Produce', {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      ...(name === undefined ? {} : { name }),
      ...(topicId === undefined ? {} : { topicId }),
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1n })),
    })),
  });
}
