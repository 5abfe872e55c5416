/**
 * Fetch v4-18. Reads whole batches up to the high watermark, or to the last stable offset. Waits until `minBytes` are there, a partition has an error, or `maxWaitMs` has passed; woken by
 * every advance of a high watermark. The first batch of all comes even if it is larger than the limits (KIP-74). From v13 on topics are named by id.
 * Left out: sessions (whoever asks for one gets session id 0 and goes on without; other ids are not found), followers. Batches are never cut at the limits.
 */
import type { AbortedTransaction } from '../log/producers/transaction-index.js';
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { BrokerServices, Handler } from './handler.js';
import { leaderEpochError, type Replica } from './replica-manager.js';
import { batchesIn } from '../protocol/record-batch.js';
import { FetchWait } from './fetch-wait.js';
import { safeNumber } from './safe-number.js';
import { storageFailure } from './storage-failure.js';

type Request = CompleteRequestOf<'Fetch'>;
type PartitionResponse = GivenResponseOf<'Fetch'>['responses'][number]['partitions'][number];

interface AskedPartition {
  readonly partition: number;
  readonly fetchOffset: number;
  readonly maxBytes: number;
  readonly replica: Replica | undefined;
  /** What is wrong from the start. */
  readonly error: ErrorName | undefined;
  readonly diverging: { readonly epoch: number; readonly endOffset: bigint } | undefined;
}

interface AskedTopic {
  readonly topic: string;
  readonly topicId: Uint8Array;
  readonly partitions: readonly AskedPartition[];
}

interface Round {
  readonly responses: GivenResponseOf<'Fetch'>['responses'];
  readonly bytes: number;
  readonly hasError: boolean;
  /** A read ended before the high watermark (at a limit, or with its segment): waiting would bring nothing closer. */
  readonly isBehind: boolean;
}

const noRecords = new Uint8Array(0);

export const handleFetch: Handler<'Fetch'> = async (services, { context, version, request }) => {
  if (!isSessionless(request))
    return { throttleTimeMs: 0, errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND'), responses: [] };
  const wait = new FetchWait(services, context.connectionId, request.maxWaitMs);
  try {
    for (;;) {
      // Looked up anew each time: a topic may be deleted while its readers wait.
      const asked = request.topics.map((topic) => resolveTopic(services, version, topic));
      const replicas = replicasOf(asked);
      wait.begin(replicas);
      const round = await read(asked, request, services.config['fetch.max.bytes']);
      const isEnough = round.hasError || round.isBehind || round.bytes >= request.minBytes || replicas.length === 0;
      if (isEnough || !(await wait.forAdvance()))
        return { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: round.responses };
    }
  } finally {
    wait.stop();
  }
};

/** Without a session, a new one that is not given, or the end of one: a full fetch each. */
function isSessionless({ sessionEpoch }: Request): boolean {
  return sessionEpoch === -1 || sessionEpoch === 0;
}

function resolveTopic(services: BrokerServices, version: number, topic: Request['topics'][number]): AskedTopic {
  const image = version >= 13 ? services.replicas.topicById(topic.topicId) : services.replicas.topic(topic.topic);
  return {
    topic: topic.topic,
    topicId: topic.topicId,
    partitions: topic.partitions.map((asked) => {
      const common = {
        partition: asked.partition,
        fetchOffset: safeNumber(asked.fetchOffset),
        maxBytes: asked.partitionMaxBytes,
        diverging: undefined,
      };
      if (image === undefined)
        return {
          ...common,
          replica: undefined,
          error: version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION',
        };
      const replica = services.replicas.replica(image.name, asked.partition);
      if (replica === undefined) return { ...common, replica, error: 'UNKNOWN_TOPIC_OR_PARTITION' };
      const error = leaderEpochError(replica, asked.currentLeaderEpoch);
      return { ...common, replica, error, ...divergence(replica, asked.lastFetchedEpoch, common.fetchOffset, error) };
    }),
  };
}

/** What the client read in `lastFetchedEpoch` may have been lost since: then it is told how far the log agrees with it (KIP-595). */
function divergence(replica: Replica, lastFetchedEpoch: number, fetchOffset: number, error: ErrorName | undefined) {
  if (error !== undefined || lastFetchedEpoch < 0) return {};
  const known = replica.log.endOffsetForEpoch(lastFetchedEpoch);
  if (known === undefined) return { error: 'OFFSET_OUT_OF_RANGE' as const };
  if (known.epoch === lastFetchedEpoch && known.endOffset >= fetchOffset) return {};
  return { diverging: { epoch: known.epoch, endOffset: BigInt(known.endOffset) } };
}

function replicasOf(asked: readonly AskedTopic[]): Replica[] {
  return asked.flatMap(({ partitions }) => partitions.flatMap(({ replica }) => replica ?? []));
}

/** Reads the partitions in the order of the request, each from what the ones before it left of the limit. */
async function read(asked: readonly AskedTopic[], request: Request, brokerMaxBytes: number): Promise<Round> {
  let remaining = Math.min(request.maxBytes, brokerMaxBytes);
  let bytes = 0;
  let hasError = false;
  let isBehind = false;
  const responses: GivenResponseOf<'Fetch'>['responses'][number][] = [];
  for (const { topic, topicId, partitions } of asked) {
    const answered: PartitionResponse[] = [];
    for (const partition of partitions) {
      const { response, size, failed, behind } = await readPartition(partition, request, remaining, bytes === 0);
      answered.push(response);
      bytes += size;
      remaining = Math.max(remaining - size, 0);
      hasError ||= failed;
      isBehind ||= behind;
    }
    responses.push({ topic, topicId, partitions: answered });
  }
  return { responses, bytes, hasError, isBehind };
}

async function readPartition(asked: AskedPartition, request: Request, remaining: number, isFirst: boolean) {
  const { replica, partition: partitionIndex, fetchOffset, error, diverging } = asked;
  if (replica === undefined) return failure(partitionIndex, error ?? 'UNKNOWN_TOPIC_OR_PARTITION');
  if (error !== undefined) return failure(partitionIndex, error, null);
  const { log } = replica;
  if (fetchOffset < log.logStartOffset || fetchOffset > log.logEndOffset)
    return failure(partitionIndex, 'OFFSET_OUT_OF_RANGE', null);
  try {
    const { highWatermark, lastStableOffset, logStartOffset } = log;
    const isCommitted = request.isolationLevel === 1;
    const end = isCommitted ? lastStableOffset : highWatermark;
    const maxBytes = Math.min(asked.maxBytes, remaining);
    const isReadable = diverging === undefined && fetchOffset < end;
    const mayBringSomething = maxBytes > 0 || isFirst || isCommitted;
    const { records, abortedTransactions } =
      isReadable && mayBringSomething
        ? await log.fetch(fetchOffset, maxBytes, {
            minOneMessage: isFirst,
            isolation: isCommitted ? 'committed' : 'high-watermark',
            upTo: end,
          })
        : { records: noRecords, abortedTransactions: isCommitted ? [] : undefined };
    // As Kafka's broker, which throws a batch that does not fit away, with what it knows of its transactions.
    const isTooLarge = isReadable && maxBytes > 0 && records.length === 0;
    const response: PartitionResponse = {
      partitionIndex,
      errorCode: 0,
      highWatermark: BigInt(highWatermark),
      lastStableOffset: BigInt(lastStableOffset),
      logStartOffset: BigInt(logStartOffset),
      ...(diverging === undefined ? {} : { divergingEpoch: diverging }),
      abortedTransactions: isTooLarge || abortedTransactions === undefined ? null : abortedTransactions.map(described),
      records,
    };
    const behind = endOf(records) < end;
    return { response, size: records.length, failed: diverging !== undefined, behind };
  } catch (thrown) {
    const failed = storageFailure(thrown);
    if (failed === undefined) throw thrown;
    return failure(partitionIndex, failed);
  }
}

function described({ producerId, firstOffset }: AbortedTransaction) {
  return { producerId: BigInt(producerId), firstOffset: BigInt(firstOffset) };
}

/** The offset after the last record of whole batches; beyond everything if there are none. */
function endOf(records: Uint8Array): number {
  let end = Infinity;
  for (const { header } of batchesIn(records)) end = header.lastOffset + 1;
  return end;
}

/** An error has no numbers beside it. The list of aborted transactions is empty, or null where the log itself refuses. */
function failure(partitionIndex: number, error: ErrorName, abortedTransactions: [] | null = []) {
  const response: PartitionResponse = {
    partitionIndex,
    errorCode: errorCode(error),
    highWatermark: -1n,
    abortedTransactions,
    records: noRecords,
  };
  return { response, size: 0, failed: true, behind: false };
}
