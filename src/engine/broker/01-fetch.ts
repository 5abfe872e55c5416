/**
 * Fetch v4-18. Reads batches up to the high watermark, or to the last stable offset. Waits until `minBytes` are there, a partition has an error, or `maxWaitMs` has passed; woken by
 * every advance of a high watermark. The first batch of all comes even if it is larger than the limits (KIP-74). From v13 on topics are named by id.
 * In a session only what has changed is asked for and told (v7, KIP-227). Where a limit ends the read, what fits of the next batch comes too. Left out: followers.
 */
import type { AbortedTransaction } from '../log/producers/transaction-index.js';
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { BrokerServices, Handler } from './handler.js';
import { leaderEpochError, type Replica } from './replica-manager.js';
import { batchesIn } from '../protocol/record-batch.js';
import { topicIdText } from '../protocol/topic-id.js';
import type { FetchedPartition, FetchPlan, PartitionToFetch } from './fetch-sessions.js';
import { FetchWait } from './fetch-wait.js';
import { safeNumber } from './safe-number.js';
import { storageFailure } from './storage-failure.js';

type Request = CompleteRequestOf<'Fetch'>;

interface AskedPartition {
  readonly partition: number;
  readonly fetchOffset: number;
  readonly maxBytes: number;
  readonly replica: Replica | undefined;
  /** What is wrong from the start. */
  readonly error: ErrorName | undefined;
  readonly diverging: { readonly epoch: number; readonly endOffset: bigint } | undefined;
}

interface Round {
  readonly fetched: readonly FetchedPartition[];
  readonly bytes: number;
  readonly hasError: boolean;
  /** A read ended before the high watermark (at a limit, or with its segment): waiting would bring nothing closer. */
  readonly isBehind: boolean;
}

const noRecords = new Uint8Array(0);

export const handleFetch: Handler<'Fetch'> = async (services, { context, version, request }) => {
  const plan = services.fetchSessions.plan(request, version);
  if (typeof plan === 'string') return { throttleTimeMs: 0, errorCode: errorCode(plan), responses: [] };
  const wait = new FetchWait(services, context.connectionId, request.maxWaitMs);
  try {
    for (;;) {
      // Looked up anew each time: a topic may be deleted while its readers wait.
      const asked = plan.partitions.map((partition) => resolve(services, version, partition));
      const replicas = asked.flatMap(({ replica }) => replica ?? []);
      wait.begin(replicas);
      const round = await read(asked, request, services.config['fetch.max.bytes']);
      const isEnough = round.hasError || round.isBehind || round.bytes >= request.minBytes || replicas.length === 0;
      if (!isEnough && (await wait.forAdvance())) continue;
      const { error, sessionId, told } = plan.finish(round.fetched);
      return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId, responses: byTopic(told) };
    }
  } finally {
    wait.stop();
  }
};

function resolve(services: BrokerServices, version: number, asked: PartitionToFetch): AskedPartition {
  const image = version >= 13 ? services.replicas.topicById(asked.topicId) : services.replicas.topic(asked.topic);
  const common = {
    partition: asked.partition,
    fetchOffset: safeNumber(asked.fetchOffset),
    maxBytes: asked.partitionMaxBytes,
    diverging: undefined,
  };
  if (image === undefined)
    return { ...common, replica: undefined, error: version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION' };
  const replica = services.replicas.replica(image.name, asked.partition);
  if (replica === undefined)
    return { ...common, replica, error: services.replicas.missing(image.name, asked.partition).code };
  // Here Kafka takes any negative epoch for none.
  const error = leaderEpochError(replica, Math.max(-1, asked.currentLeaderEpoch));
  return { ...common, replica, error, ...divergence(replica, asked.lastFetchedEpoch, common.fetchOffset, error) };
}

/** Neighbours of the same topic together. */
function byTopic(told: ReturnType<FetchPlan['finish']>['told']): GivenResponseOf<'Fetch'>['responses'] {
  const responses: { topic: string; topicId: Uint8Array; partitions: FetchedPartition[] }[] = [];
  for (const { partition, fetched } of told) {
    const { topic, topicId } = partition;
    const last = responses.at(-1);
    if (last?.topic === topic && topicIdText(last.topicId) === topicIdText(topicId)) last.partitions.push(fetched);
    else responses.push({ topic, topicId, partitions: [fetched] });
  }
  return responses;
}

/** What the client read in `lastFetchedEpoch` may have been lost since: then it is told how far the log agrees with it (KIP-595). */
function divergence(replica: Replica, lastFetchedEpoch: number, fetchOffset: number, error: ErrorName | undefined) {
  if (error !== undefined || lastFetchedEpoch < 0) return {};
  const known = replica.log.endOffsetForEpoch(lastFetchedEpoch);
  if (known === undefined) return { error: 'OFFSET_OUT_OF_RANGE' as const };
  if (known.epoch === lastFetchedEpoch && known.endOffset >= fetchOffset) return {};
  return { diverging: { epoch: known.epoch, endOffset: BigInt(known.endOffset) } };
}

/** Reads the partitions in their order, each from what the ones before it left of the limit. */
async function read(asked: readonly AskedPartition[], request: Request, brokerMaxBytes: number): Promise<Round> {
  let remaining = Math.min(request.maxBytes, brokerMaxBytes);
  let bytes = 0;
  let hasError = false;
  let isBehind = false;
  const fetched: FetchedPartition[] = [];
  for (const partition of asked) {
    const { response, size, failed, behind } = await readPartition(partition, request, remaining, bytes === 0);
    fetched.push(response);
    bytes += size;
    remaining = Math.max(remaining - size, 0);
    hasError ||= failed;
    isBehind ||= behind;
  }
  return { fetched, bytes, hasError, isBehind };
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
            withCut: true,
          })
        : { records: noRecords, abortedTransactions: isCommitted ? [] : undefined };
    // As Kafka's broker, which throws a batch that does not fit away, with what it knows of its transactions.
    const isTooLarge = isReadable && maxBytes > 0 && records.length === 0;
    const response: FetchedPartition = {
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
  const response: FetchedPartition = {
    partitionIndex,
    errorCode: errorCode(error),
    highWatermark: -1n,
    abortedTransactions,
    records: noRecords,
  };
  return { response, size: 0, failed: true, behind: false };
}
