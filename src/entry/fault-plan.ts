import type { Timers } from '../engine/environment/environment.js';
import { sleep } from '../engine/environment/environment.js';
import { apis, completeResponse, type ApiName, type RequestOf, type ResponseOf } from '../engine/protocol/apis.js';
import type { Call, RequestContext, RequestHandler } from '../engine/protocol/connection.js';
import { errorByName, errorCode, type ErrorName } from '../engine/protocol/errors.js';

/** A request that a broker was sent. */
export interface LoggedRequest {
  /** Kafka's name of what was asked for, such as `Produce`. */
  readonly api: ApiName;
  /** Of the API. */
  readonly version: number;
  /** What the client calls itself. */
  readonly clientId: string | null;
  /** Which connection it came on. */
  readonly connection: string;
  /** When it came, by the real clock. */
  readonly at: Date;
  /** Its fields, by the names of Kafka's protocol in camel case. */
  readonly request: unknown;
}

type Fault =
  | { readonly kind: 'fail'; readonly error: ErrorName }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'drop' };

interface PlannedFault {
  readonly api: ApiName | undefined;
  readonly fault: Fault;
  left: number;
}

const mostLogged = 100_000;

/** Stands between clients and a broker: notes what is asked, and does what was planned instead of, or before, the broker's answer. */
export class FaultPlan implements RequestHandler {
  readonly requests: LoggedRequest[] = [];
  private readonly planned: PlannedFault[] = [];

  constructor(
    private readonly timers: Timers,
    private readonly broker: RequestHandler,
  ) {}

  /** The next `times` requests meet the fault; of any API if none is named. Throws if there is no such API, error, or number. */
  add(api: ApiName | undefined, fault: Fault, times: number): void {
    if (api !== undefined && !Object.hasOwn(apis, api))
      throw new Error(`There is no API '${api}'. There are ${Object.keys(apis).join(', ')}.`);
    if (fault.kind === 'fail' && errorByName(fault.error).name !== fault.error)
      throw new Error(
        `There is no error '${fault.error}'. Give the name that Kafka's protocol has for it, as in NOT_LEADER_OR_FOLLOWER.`,
      );
    if (fault.kind === 'delay' && !(fault.ms >= 0))
      throw new Error(`A delay of ${fault.ms} ms can't be; 0 or more was expected.`);
    if (!(times >= 1)) throw new Error(`A fault can't befall ${times} requests; 1 or more was expected.`);
    this.planned.push({ api, fault, left: times });
  }

  clear(): void {
    this.planned.length = 0;
  }

  async handle<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    const { api, version, clientId } = call;
    if (this.requests.length >= mostLogged) this.requests.shift();
    this.requests.push({ api, version, clientId, connection: context.connectionId, at: new Date(), request });
    for (;;) {
      const fault = this.next(api);
      if (fault === undefined) return this.broker.handle(context, call, request);
      if (fault.kind === 'drop') throw new Error('The connection was to be dropped here.');
      if (fault.kind === 'fail') return this.failed(context, call, request, errorCode(fault.error));
      await sleep(this.timers, fault.ms);
    }
  }

  disconnected(connectionId: string): void {
    this.broker.disconnected(connectionId);
  }

  /** Kafka's metadata tell of the brokers whatever is wrong with the topics. */
  private async failed<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
    code: number,
  ): Promise<ResponseOf<Api>> {
    if (call.api !== 'Metadata') return failure(call.api, request, code);
    const asked = { ...(request as RequestOf<'Metadata'>), allowAutoTopicCreation: false };
    const answer = await this.broker.handle(context, { ...call, api: 'Metadata' }, asked);
    const topics = answer.topics.map((topic) => ({ ...topic, errorCode: code, partitions: [] }));
    return { ...answer, topics } as ResponseOf<Api>;
  }

  private next(api: ApiName): Fault | undefined {
    const index = this.planned.findIndex((planned) => planned.api === undefined || planned.api === api);
    const planned = this.planned[index];
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left <= 0) this.planned.splice(index, 1);
    return planned.fault;
  }
}

/** An answer in which everything that was asked for has failed. */
function failure<Api extends ApiName>(api: Api, request: RequestOf<Api>, code: number): ResponseOf<Api> {
  const build = refusals[api];
  const answer = build?.(request, code) ?? {};
  const hasTop = 'errorCode' in apis[api].response.fields;
  return completeResponse(api, { ...(hasTop && { errorCode: code }), ...answer } as never);
}

const refusals: { readonly [Api in ApiName]?: (request: RequestOf<Api>, errorCode: number) => object } = {
  Produce: ({ topicData }, code) => ({
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1n })),
    })),
  }),
  // Kafka tells an error of partitions within an answer that is sound.
  Fetch: ({ topics }, code) => ({
    errorCode: 0,
    responses: topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => ({
        partitionIndex: partition,
        errorCode: code,
        highWatermark: -1n,
        records: null,
      })),
    })),
  }),
  ListOffsets: ({ topics }, code) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
  FindCoordinator: ({ coordinatorKeys = [] }, code) => ({
    coordinators: coordinatorKeys.map((key) => ({
      key,
      nodeId: -1,
      host: '',
      port: -1,
      errorCode: code,
      errorMessage: null,
    })),
  }),
  OffsetCommit: ({ topics }, code) => ({
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
  OffsetFetch: ({ groups = [] }, code) => ({
    groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: code })),
  }),
  CreateTopics: ({ topics }, code) => ({
    topics: topics.map(({ name }) => ({ name, errorCode: code, errorMessage: null })),
  }),
  DeleteTopics: ({ topics = [], topicNames = [] }, code) => ({
    responses: [...topics.map(({ name, topicId }) => ({ name, topicId })), ...topicNames.map((name) => ({ name }))].map(
      (topic) => ({ ...topic, errorCode: code }),
    ),
  }),
};
