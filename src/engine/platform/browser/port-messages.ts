import { apis, type ApiName, type RequestOf, type ResponseOf } from '../../protocol/apis.js';
import { KafkaError, type ErrorData } from '../../protocol/kafka-error.js';
import { misfit } from '../../protocol/message-types.js';
import { isPort, plainObject } from './plain-object.js';

/** What crosses the message port of one connection. Record batches are transferred; everything else is cloned as plain data. */
export type ToBroker =
  /** `number` counts the connection's requests, from 0. */
  | {
      readonly kind: 'request';
      readonly number: number;
      readonly api: ApiName;
      readonly version: number;
      readonly clientId: string | null;
      readonly request: unknown;
    }
  /** The port of an export or import, which lasts no longer than the connection; one at a time. */
  | { readonly kind: 'transfer'; readonly port: MessagePort }
  | { readonly kind: 'close' };

export type ToClient =
  | { readonly kind: 'connected'; readonly id: string }
  | { readonly kind: 'response'; readonly number: number; readonly response: unknown }
  | { readonly kind: 'error'; readonly number: number; readonly error: ErrorData }
  | { readonly kind: 'closed'; readonly message: string };

/** How many requests of one connection may be unanswered: its client holds back what goes beyond, and who does not is cut off. */
export const maxUnanswered = 100;

/** What a client sent, if it can be a message at all. */
export function readToBroker(data: unknown): ToBroker | undefined {
  const message = plainObject(data);
  if (message?.['kind'] === 'close') return { kind: 'close' };
  if (message?.['kind'] === 'transfer')
    return isPort(message['port']) ? { kind: 'transfer', port: message['port'] } : undefined;
  if (message?.['kind'] !== 'request') return undefined;
  const { number, api, version, clientId, request } = message;
  if (!isCount(number) || !Number.isSafeInteger(version) || typeof api !== 'string' || !Object.hasOwn(apis, api))
    return undefined;
  if (clientId !== null && typeof clientId !== 'string') return undefined;
  return { kind: 'request', number, api: api as ApiName, version: version as number, clientId, request };
}

/** Throws INVALID_REQUEST, naming the field, for a request whose fields are not of their types. */
export function checkRequest(api: ApiName, request: unknown): void {
  const found = misfit({ name: api, fields: apis[api].request.fields }, request);
  if (found !== undefined) throw new KafkaError('INVALID_REQUEST', `${found}. The request was not looked at further.`);
}

/** What a broker sent, if it can be a message at all. Responses are not looked into: whoever serves a log may say what it likes of it. */
export function readToClient(data: unknown): ToClient | undefined {
  const message = plainObject(data);
  switch (message?.['kind']) {
    case 'connected':
      return typeof message['id'] === 'string' ? { kind: 'connected', id: message['id'] } : undefined;
    case 'closed':
      return typeof message['message'] === 'string' ? { kind: 'closed', message: message['message'] } : undefined;
    case 'response':
    case 'error':
      return isCount(message['number']) ? (message as unknown as ToClient) : undefined;
    default:
      return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

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
