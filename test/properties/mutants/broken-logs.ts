import type { CustomPartitioner } from '../../../src/engine/client/partitioner.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { StorageWrite } from '../../../src/engine/environment/storage.js';
import { completeResponse, type RequestOf, type ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';
import { alteredBroker, type Incoming } from './altered-broker.js';

/** Acknowledges every third produce at once and appends it after the next one. */
export function appendsLater(broker: RequestHandler): RequestHandler {
  let produces = 0;
  let held: Incoming<'Produce'> | undefined;
  return alteredBroker(broker, {
    Produce: async (incoming) => {
      if (held === undefined && ++produces % 3 === 0) {
        held = incoming;
        return acknowledgement(incoming.request);
      }
      const response = await incoming.handle();
      const late = held;
      held = undefined;
      await late?.handle();
      return response;
    },
  });
}

/** Acknowledges every third produce and forgets it. */
export function losesProduces(broker: RequestHandler): RequestHandler {
  let produces = 0;
  return alteredBroker(broker, {
    Produce: (incoming) =>
      ++produces % 3 === 0 ? Promise.resolve(acknowledgement(incoming.request)) : incoming.handle(),
  });
}

/** Leaves the first batch out where it would return several. */
export function skipsBatches(broker: RequestHandler): RequestHandler {
  return alteredBroker(broker, {
    Fetch: async ({ handle }) => {
      const response = await handle();
      return {
        ...response,
        responses: response.responses.map((topic) => ({
          ...topic,
          partitions: topic.partitions.map((partition) => ({
            ...partition,
            records: partition.records === null ? null : withoutFirstBatch(partition.records),
          })),
        })),
      };
    },
  });
}

/** A disk that says that all is safe when it is not. */
export class LyingDisk extends MemoryStorage {
  override commit(writes: readonly StorageWrite[]): Promise<void> {
    return super.commit(writes, 'relaxed');
  }
}

/** A partitioner that pays no attention to keys. */
export const ignoresKeys: CustomPartitioner = () => {
  let turn = 0;
  return ({ partitionMetadata }) => turn++ % partitionMetadata.length;
};

function acknowledgement(request: RequestOf<'Produce'>): ResponseOf<'Produce'> {
  return completeResponse('Produce', {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      ...(name === undefined ? {} : { name }),
      ...(topicId === undefined ? {} : { topicId }),
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: 0, baseOffset: 1_000_000n })),
    })),
  });
}

function withoutFirstBatch(records: Uint8Array): Uint8Array {
  const [first, ...others] = [...batchesIn(records)];
  return first === undefined || others.length === 0 ? records : records.slice(first.end);
}
