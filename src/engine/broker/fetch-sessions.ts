import { randomInteger, type Millis, type Random } from '../environment/environment.js';
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import type { ErrorName } from '../protocol/errors.js';
import { topicIdText } from '../protocol/topic-id.js';

type Request = CompleteRequestOf<'Fetch'>;
type RequestTopic = Request['topics'][number];

/** A partition as somebody wants it fetched. */
export type PartitionToFetch = RequestTopic['partitions'][number] & Pick<RequestTopic, 'topic' | 'topicId'>;

/** What was found of it. */
export type FetchedPartition = GivenResponseOf<'Fetch'>['responses'][number]['partitions'][number];

/** What to fetch for a request, and what to tell of it. */
export interface FetchPlan {
  readonly partitions: readonly PartitionToFetch[];
  /** `fetched` has the order of `partitions`. Gives those that the client is told of. */
  finish(fetched: readonly FetchedPartition[]): {
    readonly error: ErrorName;
    readonly sessionId: number;
    readonly told: readonly { readonly partition: PartitionToFetch; readonly fetched: FetchedPartition }[];
  };
}

interface SessionPartition {
  wanted: PartitionToFetch;
  /** What the client knows of it. */
  highWatermark: bigint;
  logStartOffset: bigint;
}

interface Session {
  readonly id: number;
  readonly usesTopicIds: boolean;
  readonly createdAt: Millis;
  usedAt: Millis;
  epoch: number;
  /** In the order in which they are served. */
  readonly partitions: Map<string, SessionPartition>;
}

const unknownOffset = -1n;
const noSession = 0;
const epochs = { first: 0, none: -1 } as const;
/** From this version on topics are named by id. */
const firstVersionWithIds = 13;
/** A session that was not used for this long makes room for a new one; one that is older may have to. */
const staleAfterMs = 120_000;

/** Sessions of clients that fetch the same partitions time and again: each request tells what has changed, each answer too (KIP-227). */
export class FetchSessions {
  private readonly sessions = new Map<number, Session>();

  constructor(
    private readonly random: Random,
    private readonly now: () => Millis,
    private readonly slots: number,
  ) {}

  /** Looks after the session that the request names, or why it can't be served in it. */
  plan(request: Request, version: number): FetchPlan | ErrorName {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch === epochs.first || sessionEpoch === epochs.none) {
      this.sessions.delete(sessionId);
      return this.full(partitionsIn(request), version, sessionEpoch === epochs.first);
    }
    const session = this.sessions.get(sessionId);
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND';
    if (session.epoch !== sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH';
    if (session.usesTopicIds !== version >= firstVersionWithIds) return 'FETCH_SESSION_TOPIC_ID_ERROR';
    update(session, request);
    if (session.partitions.size === 0) {
      this.sessions.delete(sessionId);
      return this.full([], version, false);
    }
    session.usedAt = this.now();
    session.epoch = nextEpoch(sessionEpoch);
    return incremental(session);
  }

  private full(partitions: readonly PartitionToFetch[], version: number, isToCreate: boolean): FetchPlan {
    return {
      partitions,
      finish: (fetched) => ({
        error: 'NONE',
        sessionId: isToCreate ? this.create(partitions, fetched, version) : noSession,
        told: paired(partitions, fetched),
      }),
    };
  }

  private create(
    partitions: readonly PartitionToFetch[],
    fetched: readonly FetchedPartition[],
    version: number,
  ): number {
    if (this.sessions.size >= this.slots && !this.makeRoom(partitions.length)) return noSession;
    let id = noSession;
    while (id === noSession || this.sessions.has(id)) id = randomInteger(this.random, 2 ** 31 - 1);
    const now = this.now();
    this.sessions.set(id, {
      id,
      usesTopicIds: version >= firstVersionWithIds,
      createdAt: now,
      usedAt: now,
      epoch: nextEpoch(epochs.first),
      partitions: new Map(
        paired(partitions, fetched).map(({ partition, fetched: { highWatermark, logStartOffset = unknownOffset } }) => [
          keyOf(partition, partition.partition),
          { wanted: partition, highWatermark, logStartOffset },
        ]),
      ),
    });
    return id;
  }

  /** Takes out a session that nobody seems to use any more, else an old one that is smaller than the one to come. */
  private makeRoom(size: number): boolean {
    const now = this.now();
    const sessions = [...this.sessions.values()];
    const [oldest] = [...sessions].sort((a, b) => a.usedAt - b.usedAt || a.id - b.id);
    const [smallest] = sessions
      .filter(({ usedAt, createdAt }) => usedAt - createdAt > staleAfterMs)
      .sort((a, b) => a.partitions.size - b.partitions.size || a.id - b.id);
    if (oldest !== undefined && now - oldest.usedAt > staleAfterMs) return this.sessions.delete(oldest.id);
    if (smallest !== undefined && smallest.partitions.size < size) return this.sessions.delete(smallest.id);
    return false;
  }
}

function update({ partitions }: Session, request: Request): void {
  for (const wanted of partitionsIn(request)) {
    const key = keyOf(wanted, wanted.partition);
    const known = partitions.get(key);
    if (known !== undefined) known.wanted = wanted;
    else partitions.set(key, { wanted, highWatermark: unknownOffset, logStartOffset: unknownOffset });
  }
  for (const topic of request.forgottenTopicsData)
    for (const partition of topic.partitions) partitions.delete(keyOf(topic, partition));
}

function incremental(session: Session): FetchPlan {
  const { epoch } = session;
  const partitions = Array.from(session.partitions.values(), ({ wanted }) => wanted);
  return {
    partitions,
    finish: (fetched) => {
      // Another request of the session has come while this one waited.
      if (session.epoch !== epoch) return { error: 'INVALID_FETCH_SESSION_EPOCH', sessionId: session.id, told: [] };
      const told = paired(partitions, fetched).filter((each) => isNews(session, each.partition, each.fetched));
      return { error: 'NONE', sessionId: session.id, told };
    },
  };
}

/** Whether the client has to be told; then it knows. Who got records goes to the end of the line, so that nobody starves. */
function isNews({ partitions }: Session, { topic, topicId, partition }: PartitionToFetch, fetched: FetchedPartition) {
  const key = keyOf({ topic, topicId }, partition);
  const known = partitions.get(key);
  if (known === undefined) return false;
  const { highWatermark, logStartOffset = unknownOffset, records } = fetched;
  const hasRecords = records !== null && records.length > 0;
  const isFailed = fetched.errorCode !== 0;
  const isTold =
    hasRecords ||
    isFailed ||
    fetched.divergingEpoch !== undefined ||
    known.highWatermark !== highWatermark ||
    known.logStartOffset !== logStartOffset;
  known.highWatermark = isFailed ? unknownOffset : highWatermark;
  known.logStartOffset = logStartOffset;
  if (hasRecords) {
    partitions.delete(key);
    partitions.set(key, known);
  }
  return isTold;
}

function paired(partitions: readonly PartitionToFetch[], fetched: readonly FetchedPartition[]) {
  return partitions.map((partition, at) => ({ partition, fetched: fetched[at] as FetchedPartition }));
}

function partitionsIn({ topics }: Request): PartitionToFetch[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ ...partition, topic, topicId })),
  );
}

/** A name has no character that an id's text has to end on: the two never meet. */
function keyOf({ topic, topicId }: Pick<RequestTopic, 'topic' | 'topicId'>, partition: number): string {
  return `${topic === '' ? topicIdText(topicId) : topic}/${partition}`;
}

function nextEpoch(epoch: number): number {
  return epoch === 2 ** 31 - 1 ? 1 : epoch + 1;
}
