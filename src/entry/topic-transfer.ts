import { describeArchive, type ArchiveDescription as ExportDescription } from '../engine/archive/describe-archive.js';
import type { TransferProgress } from '../engine/archive/transfer-progress.js';
import type { ImportReport, TopicTransferService } from '../engine/archive/transfer-request.js';

export { ArchiveError, type ArchiveErrorCode } from '../engine/archive/archive-error.js';
export type { ExportDescription, ImportReport, TransferProgress };

/** What to export. All fields may be left out. */
export interface ExportOptions {
  /** Names of topics; all of them by default, without those that belong to the broker itself. */
  readonly topics?: 'all' | readonly string[];
  /** The groups whose committed offsets for these topics are exported too; all of them by default. */
  readonly groups?: 'all' | 'none' | readonly string[];
  /** Ends the export: its stream fails with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told how far it has come, before each piece of the stream. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** How to import. All fields may be left out. */
export interface ImportOptions {
  /** Topics that get another name here: the name in the export, and the new one. */
  readonly rename?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** Whether groups get the offsets that they had committed. Default true. */
  readonly groups?: boolean;
  /**
   * Takes the import back: the promise is rejected with the signal's reason once nothing is left of it. An import that has all it needs when the signal comes may happen nevertheless, and
   * resolves.
   */
  readonly signal?: AbortSignal;
  /** Told how far it has come, after every 256 KiB and every topic. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** An export as it was written: a file, what was fetched, or any bytes that come one after the other. */
export type ImportSource = Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Begins an export; see `Partita.exportTopics`. */
export async function exportTopics(
  service: TopicTransferService,
  { topics = 'all', groups = 'all', signal, onProgress }: ExportOptions,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  signal?.throwIfAborted();
  const begun = await service.exportTopics({ topics, groups }, onProgress);
  const abort = (): void => begun.cancel(signal?.reason as Error);
  const over = (): void => signal?.removeEventListener('abort', abort);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  signal?.throwIfAborted();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const piece = await begun.next();
          if (piece !== undefined) return controller.enqueue(piece);
          over();
          controller.close();
        } catch (error) {
          over();
          controller.error(error);
        }
      },
      cancel() {
        over();
        begun.cancel(new Error('Nobody reads this export any more.'));
      },
    },
    { highWaterMark: 0 },
  );
}

/** Imports an export; see `Partita.importTopics`. */
export function importTopics(
  service: TopicTransferService,
  source: ImportSource,
  { rename = {}, groups = true, signal, onProgress }: ImportOptions,
): Promise<ImportReport> {
  const names = rename instanceof Map ? [...(rename as ReadonlyMap<string, string>)] : Object.entries(rename);
  return service.importTopics(piecesOf(source), { rename: names, importsGroups: groups }, onProgress, signal);
}

/**
 * What an export says of itself: when it was made, and which topics and groups it holds. Only its beginning is read; whether the rest is as it should be shows when it is imported.
 * Rejects with an `ArchiveError`.
 */
export function describeExport(source: ImportSource): Promise<ExportDescription> {
  return describeArchive(piecesOf(source));
}

function piecesOf(source: ImportSource): AsyncIterable<Uint8Array> {
  if (source instanceof Blob) return piecesOfStream(source.stream());
  // Not every browser can iterate a stream.
  return source instanceof ReadableStream ? piecesOfStream(source) : source;
}

async function* piecesOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isOver = done;
      if (value === undefined) return;
      yield value;
    }
  } finally {
    if (!isOver) await reader.cancel();
    reader.releaseLock();
  }
}
