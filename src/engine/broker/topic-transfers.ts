import { ArchiveError } from '../archive/archive-error.js';
import { CancellablePieces } from '../archive/cancellable-pieces.js';
import type { TransferProgress } from '../archive/transfer-progress.js';
import type { ExportRequest, ImportReport, ImportRequest } from '../archive/transfer-request.js';
import { StorageError, type Storage } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { BrokerServices } from './handler.js';
import { storageFailure } from './storage-failure.js';
import { TopicExport } from './topic-exporter.js';
import { TopicImporter } from './topic-importer.js';

/** Exports and imports of topics, as long as the broker runs. No part of Kafka's protocol: they come by a port of their own. */
export class TopicTransfers {
  private readonly importer: TopicImporter;
  private readonly cancels = new Set<(error: Error) => void>();
  private readonly imports = new Set<Promise<unknown>>();

  constructor(
    private readonly services: BrokerServices,
    storage: Storage,
    availableBytes: () => Promise<number | undefined>,
  ) {
    this.importer = new TopicImporter(services, storage, availableBytes);
  }

  /** Finishes what an earlier broker left of an import. */
  recover(): Promise<void> {
    return this.importer.recover();
  }

  async export(request: ExportRequest, progress?: (progress: TransferProgress) => void): Promise<TopicExport> {
    const begun = await TopicExport.begin(this.services, request, progress);
    const cancel = (error: Error) => begun.cancel(error);
    this.cancels.add(cancel);
    void begun.ended.then(() => this.cancels.delete(cancel));
    return begun;
  }

  async import(
    pieces: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    progress?: (progress: TransferProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImportReport> {
    signal?.throwIfAborted();
    const cancellable = new CancellablePieces(pieces);
    const cancel = (error: Error) => cancellable.cancel(error);
    const imported = this.importer.import(cancellable, request, progress);
    const abort = () => cancel(signal?.reason as Error);
    signal?.addEventListener('abort', abort);
    this.cancels.add(cancel);
    this.imports.add(imported);
    try {
      return await imported;
    } catch (error) {
      throw withoutStorageError(error);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.cancels.delete(cancel);
      this.imports.delete(imported);
    }
  }

  /** Ends them all; resolves when what they had begun is taken back. */
  async stop(): Promise<void> {
    const error = new KafkaError('BROKER_NOT_AVAILABLE', 'The broker was stopped before this was done. Begin again.');
    for (const cancel of [...this.cancels]) cancel(error);
    await Promise.allSettled([...this.imports]);
  }
}

/** What a storage refuses is told in the words of imports and of Kafka: whoever asked knows nothing of storages. */
function withoutStorageError(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  const options = { cause: error };
  if (error.code !== 'full')
    return new KafkaError(storageFailure(error) ?? 'KAFKA_STORAGE_ERROR', error.message, options);
  return new ArchiveError('NO_SPACE', `${error.message} Nothing was imported.`, {}, options);
}
