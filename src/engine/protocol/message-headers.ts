import type { Api } from './api.js';
import { decodeLeadingMessage, encodeMessage } from './codec.js';
import { isFlexible } from './message-writer.js';
import { int16, int32, message, string, type Complete } from './schema.js';

/** The header of a request, version 1. Version 2 has tagged fields after it, but the client id keeps its two-byte length. */
const requestHeader = message('RequestHeader', '1', null, {
  requestApiKey: int16('0+'),
  requestApiVersion: int16('0+'),
  correlationId: int32('0+'),
  clientId: string('1+', { nullable: '1+' }),
});

/** The header of a response; version 1 is flexible. */
const responseHeader = message('ResponseHeader', '0-1', 1, { correlationId: int32('0+') });

export type RequestHeader = Complete<typeof requestHeader.fields>;

/** The version of the header before a request: 2 if the request is flexible. */
export function requestHeaderVersion(api: Pick<Api, 'flexibleFrom'>, version: number): 1 | 2 {
  return isFlexible(api, version) ? 2 : 1;
}

/** The version of the header before a response: 1 if it is flexible, but always 0 for ApiVersions, which a client must read before it knows the broker (KIP-511). */
export function responseHeaderVersion(api: Pick<Api, 'flexibleFrom' | 'key'>, version: number): 0 | 1 {
  const apiVersionsKey = 18;
  return isFlexible(api, version) && api.key !== apiVersionsKey ? 1 : 0;
}

/** The bytes before the body of a request. */
export function encodeRequestHeader(headerVersion: 1 | 2, header: RequestHeader): Uint8Array {
  const fields = encodeMessage(requestHeader, 1, header);
  if (headerVersion === 1) return fields;
  const noTaggedFields = 0;
  return new Uint8Array([...fields, noTaggedFields]);
}

/** Reads the fields that every request header has. Only they tell which header version it is, so tagged fields may follow at `end`. */
export function decodeRequestHeader(bytes: Uint8Array): { readonly header: RequestHeader; readonly end: number } {
  const { value, end } = decodeLeadingMessage(requestHeader, 1, bytes);
  return { header: value, end };
}

/** The bytes before the body of a response. */
export function encodeResponseHeader(headerVersion: 0 | 1, correlationId: number): Uint8Array {
  return encodeMessage(responseHeader, headerVersion, { correlationId });
}

/** Reads a response's header; its body begins at `end`. */
export function decodeResponseHeader(
  headerVersion: 0 | 1,
  bytes: Uint8Array,
): { readonly correlationId: number; readonly end: number } {
  const { value, end } = decodeLeadingMessage(responseHeader, headerVersion, bytes);
  return { correlationId: value.correlationId, end };
}

/** Where the tagged fields end that begin at `at`, which nobody here needs. */
export function skipTaggedFields(bytes: Uint8Array, at: number): number {
  return at + decodeLeadingMessage(noFields, 0, bytes.subarray(at)).end;
}

const noFields = message('RequestHeader', '0', 0, {});
