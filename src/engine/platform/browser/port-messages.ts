import type { ErrorData } from '../../protocol/kafka-error.js';
import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.js';

/** What crosses the message port of one connection. Record batches are transferred; everything else is cloned as plain data. */
export type ToBroker =
  | {
      readonly kind: 'request';
      readonly number: number;
      readonly api: ApiName;
      readonly version: number;
      readonly clientId: string | null;
      readonly request: unknown;
    }
  | { readonly kind: 'close' };

export type ToClient =
  | { readonly kind: 'connected'; readonly id: string }
  | { readonly kind: 'response'; readonly number: number; readonly response: unknown }
  | { readonly kind: 'error'; readonly number: number; readonly error: ErrorData }
  | { readonly kind: 'closed'; readonly message: string };

/** The request with its record bytes copied out of the caller's buffers, so that they can be transferred while the producer keeps its batch. */
export function detachRequest<Api extends ApiName>(
  api: Api,
  request: RequestOf<Api>,
): { message: unknown; transfer: Transferable[] } {
  if (api !== 'Produce') return { message: request, transfer: [] };
  const transfer: Transferable[] = [];
  const produce = request as RequestOf<'Produce'>;
  const message = {
    ...produce,
    topicData: produce.topicData.map((topic) => ({
      ...topic,
      partitionData: topic.partitionData.map((partition) => {
        if (partition.records === null) return partition;
        const records = partition.records.slice();
        transfer.push(records.buffer);
        return { ...partition, records };
      }),
    })),
  };
  return { message, transfer };
}

/** The buffers of a response that nobody else holds: the in-process network has copied them for this connection alone. */
export function transferOf<Api extends ApiName>(api: Api, response: ResponseOf<Api>): Transferable[] {
  if (api !== 'Fetch') return [];
  const fetched = response as ResponseOf<'Fetch'>;
  const buffers = new Set<Transferable>();
  for (const topic of fetched.responses) {
    for (const partition of topic.partitions) {
      if (partition.records !== null && partition.records.byteLength > 0)
        buffers.add(partition.records.buffer as ArrayBuffer);
    }
  }
  return [...buffers];
}
