import { ArchiveError, type ArchiveErrorData } from '../../../archive/archive-error.js';
import type { TransferProgress } from '../../../archive/transfer-progress.js';
import type { ExportRequest, ImportReport, ImportRequest } from '../../../archive/transfer-request.js';
import { pieceBytes } from '../../../archive/pieces.js';
import { fromErrorData, toErrorData, type ErrorData } from '../../../protocol/kafka-error.js';
import { plainObject } from '../plain-object.js';

/** What crosses the port of one export or import. Bytes are transferred; everything else is cloned as plain data. */
export type ToTransferServer =
  | { readonly kind: 'export'; readonly request: ExportRequest }
  | { readonly kind: 'import'; readonly request: ImportRequest }
  /** One more piece of the export can be taken. */
  | { readonly kind: 'take' }
  /** The next bytes of the import: 1 to `longestPiece`. */
  | { readonly kind: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The import has been sent. */
  | { readonly kind: 'end' }
  /** Answered by `failed`, when nothing is left of it, unless it has happened. */
  | { readonly kind: 'cancel' };

export type FromTransferServer =
  /** Pieces can come. */
  | { readonly kind: 'begun' }
  | {
      readonly kind: 'piece';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly progress: TransferProgress | undefined;
    }
  /** The export has been sent. */
  | { readonly kind: 'end' }
  /** One more piece of the import can be taken. */
  | { readonly kind: 'more' }
  | { readonly kind: 'progress'; readonly progress: TransferProgress }
  | { readonly kind: 'imported'; readonly report: ImportReport }
  | { readonly kind: 'failed'; readonly error: TransferErrorData };

/** How many pieces may be on their way, or wait to be taken. */
export const piecesOnTheWay = 4;

/** In bytes. */
export const longestPiece = pieceBytes;

/** An error of a transfer as plain data. */
export type TransferErrorData = { readonly archive: ArchiveErrorData } | { readonly other: ErrorData };

export function toTransferError(error: unknown): TransferErrorData {
  return error instanceof ArchiveError ? { archive: error.toData() } : { other: toErrorData(error) };
}

export function fromTransferError(data: TransferErrorData): Error {
  return 'archive' in data ? ArchiveError.of(data.archive) : fromErrorData(data.other);
}

/** What a client sent, if it can be a message at all. */
export function readToTransferServer(data: unknown): ToTransferServer | undefined {
  const message = plainObject(data);
  switch (message?.['kind']) {
    case 'export':
      return isExportRequest(message['request']) ? { kind: 'export', request: message['request'] } : undefined;
    case 'import':
      return isImportRequest(message['request']) ? { kind: 'import', request: message['request'] } : undefined;
    case 'piece':
      return isPiece(message['bytes']) ? { kind: 'piece', bytes: message['bytes'] } : undefined;
    case 'take':
    case 'end':
    case 'cancel':
      return { kind: message['kind'] };
    default:
      return undefined;
  }
}

/** What a server sent, if it can be a message at all. It is not looked into: whoever serves a log may say what it likes of it. */
export function readFromTransferServer(data: unknown): FromTransferServer | undefined {
  const kinds = ['begun', 'piece', 'end', 'more', 'progress', 'imported', 'failed'] as const;
  return kinds.some((kind) => kind === plainObject(data)?.['kind']) ? (data as FromTransferServer) : undefined;
}

function isExportRequest(value: unknown): value is ExportRequest {
  const { topics, groups } = plainObject(value) ?? {};
  return (topics === 'all' || isTexts(topics)) && (groups === 'all' || groups === 'none' || isTexts(groups));
}

function isImportRequest(value: unknown): value is ImportRequest {
  const { rename, importsGroups } = plainObject(value) ?? {};
  if (typeof importsGroups !== 'boolean' || !Array.isArray(rename)) return false;
  return rename.every((pair) => isTexts(pair) && pair.length === 2);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isPiece(value: unknown): value is Uint8Array<ArrayBuffer> {
  return (
    value instanceof Uint8Array &&
    value.buffer instanceof ArrayBuffer &&
    value.length > 0 &&
    value.length <= longestPiece
  );
}
