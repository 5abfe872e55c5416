import { ArchiveError } from '../../../archive/archive-error.js';
import type { TransferProgress } from '../../../archive/transfer-progress.js';
import type { ExportRequest, ImportRequest, TopicTransferService } from '../../../archive/transfer-request.js';
import type { Millis, Timers } from '../../../environment/environment.js';
import { KafkaError } from '../../../protocol/kafka-error.js';
import {
  piecesOnTheWay,
  readToTransferServer,
  toTransferError,
  type FromTransferServer,
  type ToTransferServer,
} from './transfer-messages.js';

/** How long the other side may take to send, or to take, its next piece: an export keeps segments from being deleted, an import names from being used. */
export const longestPauseMs: Millis = 60_000;

/**
 * Serves one export or import over a port, until it is done, fails or is cancelled. No more is read ahead of the client than `piecesOnTheWay`, and no more of what it sends is
 * held. What comes over the port is checked: a message that makes no sense ends the transfer.
 */
export class TransferServer {
  private readonly pieces: Uint8Array[] = [];
  private stage: 'new' | 'export' | 'import' | 'over' = 'new';
  /** How many more pieces of the export the client can take. */
  private wanted = piecesOnTheWay;
  private isSent = false;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;
  private readonly aborting = new AbortController();

  constructor(
    private readonly port: MessagePort,
    private readonly service: TopicTransferService,
    private readonly timers: Timers,
  ) {
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.receive(readToTransferServer(data));
    port.onmessageerror = () => this.receive(undefined);
  }

  /** Nobody is there any more to take or send anything. */
  abandon(): void {
    this.fail(new KafkaError('NETWORK_EXCEPTION', 'The tab that asked for this is gone.'));
  }

  private receive(message: ToTransferServer | undefined): void {
    if (this.stage === 'over') return;
    if (message?.kind === 'cancel') this.fail(new DOMException('The transfer was cancelled.', 'AbortError'));
    else if (this.stage === 'new' && message?.kind === 'export') void this.run('export', this.export(message.request));
    else if (this.stage === 'new' && message?.kind === 'import') void this.run('import', this.import(message.request));
    else if (this.stage === 'export' && message?.kind === 'take' && this.wanted < piecesOnTheWay) this.wanted++;
    else if (this.stage === 'import' && message?.kind === 'piece' && this.takes) this.pieces.push(message.bytes);
    else if (this.stage === 'import' && message?.kind === 'end') this.isSent = true;
    else this.fail(new KafkaError('INVALID_REQUEST', 'A message of this transfer makes no sense where it came.'));
    this.wake();
  }

  private get takes(): boolean {
    return !this.isSent && this.pieces.length < piecesOnTheWay;
  }

  private async run(stage: 'export' | 'import', running: Promise<FromTransferServer>): Promise<void> {
    this.stage = stage;
    const last = await running.catch((error: unknown) => ({ kind: 'failed' as const, error: toTransferError(error) }));
    this.stage = 'over';
    this.post(last);
  }

  private async export(request: ExportRequest): Promise<FromTransferServer> {
    let progress: TransferProgress | undefined;
    const begun = await this.service.exportTopics(request, (told) => (progress = told));
    const { signal } = this.aborting;
    signal.addEventListener('abort', () => begun.cancel(signal.reason as Error));
    if (signal.aborted) begun.cancel(signal.reason as Error);
    this.post({ kind: 'begun' });
    for (;;) {
      await this.until(() => this.wanted > 0, 'took the next piece of the export');
      this.wanted--;
      const bytes = await begun.next();
      if (bytes === undefined) return { kind: 'end' };
      this.post({ kind: 'piece', bytes, progress }, [bytes.buffer]);
    }
  }

  private async import(request: ImportRequest): Promise<FromTransferServer> {
    this.post({ kind: 'begun' });
    const tell = (progress: TransferProgress): void => this.post({ kind: 'progress', progress });
    const report = await this.service.importTopics(this.incoming(), request, tell, this.aborting.signal);
    return { kind: 'imported', report };
  }

  private async *incoming(): AsyncGenerator<Uint8Array> {
    for (;;) {
      await this.until(() => this.pieces.length > 0 || this.isSent, 'sent the next piece of the import');
      const bytes = this.pieces.shift();
      if (bytes === undefined) return;
      this.post({ kind: 'more' });
      yield bytes;
    }
  }

  /** Resolves when the client has done something that makes it so; rejects when the transfer is to end, or after too long a pause. */
  private async until(isSo: () => boolean, what: string): Promise<void> {
    if (this.failure === undefined && isSo()) return;
    const stalled = this.timers.set(longestPauseMs, () =>
      this.fail(new ArchiveError('STALLED', `Nobody ${what} within ${longestPauseMs / 1000} seconds. Begin again.`)),
    );
    while (!isSo() && this.failure === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
    stalled.cancel();
    if (this.failure !== undefined) throw this.failure;
  }

  private fail(error: Error): void {
    if (this.stage === 'over' || this.failure !== undefined) return;
    this.failure = error;
    if (this.stage === 'new') {
      this.stage = 'over';
      this.post({ kind: 'failed', error: toTransferError(error) });
    }
    this.aborting.abort(error);
    this.wake();
  }

  private post(message: FromTransferServer, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer);
  }
}
