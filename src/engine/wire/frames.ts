import {
  apiByKey,
  apis,
  type ApiName,
  type CompleteRequestOf,
  type RequestOf,
  type ResponseOf,
} from '../protocol/apis.js';
import { ByteWriter } from '../protocol/byte-writer.js';
import { decodeMessage } from '../protocol/codec.js';
import {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
  requestHeaderVersion,
  responseHeaderVersion,
  skipTaggedFields,
  type RequestHeader,
} from '../protocol/message-headers.js';
import { checkVersion } from '../protocol/message-values.js';
import { writeStruct } from '../protocol/message-writer.js';
import { inRange, type MessageSchema } from '../protocol/schema.js';
import type { StructValue } from '../protocol/message-values.js';
import { largestRequestBytes } from './limits.js';

/** A request as it came: its header, and where its body begins. */
export interface RequestFrame {
  readonly header: RequestHeader;
  /** Undefined for an API that has no table here. */
  readonly api: ApiName | undefined;
  /** Whether the version is one of those that are advertised and exist. */
  readonly isVersionKnown: boolean;
  readonly bytes: Uint8Array;
  readonly bodyAt: number;
}

/** Reads the header of a request. Throws CORRUPT_MESSAGE if there is none. */
export function openRequest(bytes: Uint8Array): RequestFrame {
  const { header, end } = decodeRequestHeader(bytes);
  const api = apiByKey(header.requestApiKey);
  const version = header.requestApiVersion;
  const isVersionKnown =
    api !== undefined && inRange(api.validVersions, version) && inRange(api.advertisedVersions, version);
  return { header, api: api?.name as ApiName | undefined, isVersionKnown, bytes, bodyAt: end };
}

/** All arrays of a request have no more elements than this: ten times what Kafka's controller does in one. Each costs far more memory and time than the bytes that ask for it. */
const mostElements = 100_000;

/** Reads the body of a request. Record batches in it are views into the frame. Throws CORRUPT_MESSAGE for bytes that are none. */
export function requestBody<Api extends ApiName>(
  api: Api,
  { header, bytes, bodyAt }: RequestFrame,
): CompleteRequestOf<Api> {
  const version = header.requestApiVersion;
  const at = requestHeaderVersion(apis[api], version) === 2 ? skipTaggedFields(bytes, bodyAt) : bodyAt;
  const schema: MessageSchema = apis[api].request;
  return decodeMessage(schema, version, bytes.subarray(at), mostElements) as CompleteRequestOf<Api>;
}

/** A request with its length and header, as it goes over the wire. Throws what writing the message throws. */
export function requestFrame<Api extends ApiName>(
  api: Api,
  version: number,
  correlationId: number,
  clientId: string | null,
  request: RequestOf<Api>,
): Uint8Array {
  const header = encodeRequestHeader(requestHeaderVersion(apis[api], version), {
    requestApiKey: apis[api].key,
    requestApiVersion: version,
    correlationId,
    clientId,
  });
  return framed(header, apis[api].request, version, request);
}

/** A response with its length and header, as it goes over the wire. */
export function responseFrame<Api extends ApiName>(
  api: Api,
  version: number,
  correlationId: number,
  response: ResponseOf<Api>,
): Uint8Array {
  const header = encodeResponseHeader(responseHeaderVersion(apis[api], version), correlationId);
  return framed(header, apis[api].response, version, response);
}

/** From this size on bytes of an answer leave as they are stored, without being copied. */
const largeBytes = 16 * 1024;

/** The same in pieces, to be written one after the other: large records are not copied. Throws MESSAGE_TOO_LARGE if there is much else. */
export function responseParts<Api extends ApiName>(
  api: Api,
  version: number,
  correlationId: number,
  response: ResponseOf<Api>,
): readonly Uint8Array[] {
  const schema: MessageSchema = apis[api].response;
  checkVersion(schema, version);
  const writer = new ByteWriter(largeBytes, largestRequestBytes);
  writer.int32(0);
  writer.raw(encodeResponseHeader(responseHeaderVersion(apis[api], version), correlationId));
  writeStruct(writer, schema, version, schema.fields, response);
  const parts = writer.writtenParts();
  const [first] = parts as [Uint8Array];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  new DataView(first.buffer, first.byteOffset).setInt32(0, size - 4);
  return parts;
}

/** The correlation id at the front of any response. */
export function correlationIdOf(bytes: Uint8Array): number {
  return decodeResponseHeader(0, bytes).correlationId;
}

/** Reads a response. A broker that lacks the version of an ApiVersions request answers in version 0 (KIP-511). */
export function openResponse<Api extends ApiName>(api: Api, version: number, bytes: Uint8Array): ResponseOf<Api> {
  const { end } = decodeResponseHeader(responseHeaderVersion(apis[api], version), bytes);
  const body = bytes.subarray(end);
  const isRefusal = api === 'ApiVersions' && body[0] === 0 && body[1] === unsupportedVersion;
  return decodeMessage(apis[api].response as MessageSchema, isRefusal ? 0 : version, body) as ResponseOf<Api>;
}

const unsupportedVersion = 35;

/** Opaque bytes behind their length. */
export function sized(bytes: Uint8Array): Uint8Array {
  const framedBytes = new Uint8Array(4 + bytes.length);
  new DataView(framedBytes.buffer).setInt32(0, bytes.length);
  framedBytes.set(bytes, 4);
  return framedBytes;
}

function framed(header: Uint8Array, schema: MessageSchema, version: number, message: StructValue): Uint8Array {
  checkVersion(schema, version);
  const writer = new ByteWriter();
  writer.int32(0);
  writer.raw(header);
  writeStruct(writer, schema, version, schema.fields, message);
  const bytes = writer.writtenInPlace();
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(0, bytes.length - 4);
  return bytes;
}
