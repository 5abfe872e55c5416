import { CancellablePieces } from '../../../archive/cancellable-pieces.js';
import type { TransferProgress } from '../../../archive/transfer-progress.js';
import type {
  ExportRequest,
  ExportUnderWay,
  ImportReport,
  ImportRequest,
  TopicTransferService,
} from '../../../archive/transfer-request.js';
import type { Millis, Timers } from '../../../environment/environment.js';
import { KafkaError } from '../../../protocol/kafka-error.js';
import type { TransferLine } from '../port-network.js';
import {
  fromTransferError,
  longestPiece,
  piecesOnTheWay,
  readFromTransferServer,
  type FromTransferServer,
  type ToTransferServer,
} from './transfer-messages.js';

/** How long a broker may take to begin. */
const longestBeginMs: Millis = 30_000;

/** Exports and imports over ports, by whichever broker there is. When it is lost they fail with NETWORK_EXCEPTION. */
export class PortTransfers implements TopicTransferService {
  constructor(
    private readonly timers: Timers,
    private readonly openLine: () => Promise<TransferLine>,
  ) {}

  async exportTopics(request: ExportRequest, progress?: (progress: TransferProgress) => void): Promise<ExportUnderWay> {
    const begun = new PortExport(await this.openLine(), this.timers, progress);
    await begun.begin(request);
    return begun;
  }

  async importTopics(
    pieces: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    progress?: (progress: TransferProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImportReport> {
    signal?.throwIfAborted();
    const line = await this.openLine();
    return await new PortImport(line, this.timers, pieces, progress).run(request, signal);
  }
}

/** One end of a transfer's port. */
class Exchange {
  private readonly timer;
  private isOver = false;

  constructor(
    private readonly line: TransferLine,
    timers: Timers,
    private readonly listeners: {
      readonly onMessage: (message: FromTransferServer) => void;
      /** Nothing more comes. */
      readonly onEnd: (error: Error) => void;
    },
  ) {
    this.timer = timers.set(longestBeginMs, () =>
      this.end(
        `The broker did not begin the transfer within ${longestBeginMs} ms. Reload the tabs of this app, so that all have the same version.`,
      ),
    );
    line.port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readFromTransferServer(data);
      if (message === undefined || this.isOver) return;
      this.timer.cancel();
      listeners.onMessage(message);
    };
    void line.closed.then(({ message }) => this.end(message));
  }

  post(message: ToTransferServer, transfer: Transferable[] = []): void {
    if (!this.isOver) this.line.port.postMessage(message, transfer);
  }

  /** Hears nothing more, and lets the broker's end go. */
  close(): void {
    this.isOver = true;
    this.timer.cancel();
    this.line.port.close();
    this.line.close();
  }

  private end(message: string): void {
    if (this.isOver) return;
    this.close();
    this.listeners.onEnd(new KafkaError('NETWORK_EXCEPTION', message));
  }
}

class PortExport implements ExportUnderWay {
  private readonly exchange: Exchange;
  private readonly pieces: Extract<FromTransferServer, { kind: 'piece' }>[] = [];
  private stage: 'new' | 'begun' | 'sent' = 'new';
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  constructor(
    line: TransferLine,
    timers: Timers,
    private readonly progress: ((progress: TransferProgress) => void) | undefined,
  ) {
    this.exchange = new Exchange(line, timers, {
      onMessage: (message) => this.receive(message),
      onEnd: (error) => this.cancel(error),
    });
  }

  async begin(request: ExportRequest): Promise<void> {
    this.exchange.post({ kind: 'export', request });
    await this.until(() => this.stage !== 'new');
  }

  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    await this.until(() => this.pieces.length > 0 || this.stage === 'sent');
    const piece = this.pieces.shift();
    if (piece === undefined) {
      this.exchange.close();
      return undefined;
    }
    this.exchange.post({ kind: 'take' });
    if (piece.progress !== undefined) this.progress?.(piece.progress);
    return piece.bytes;
  }

  cancel(error: Error): void {
    this.failure ??= error;
    this.exchange.close();
    this.wake();
  }

  private receive(message: FromTransferServer): void {
    if (message.kind === 'begun') this.stage = 'begun';
    if (message.kind === 'end') this.stage = 'sent';
    if (message.kind === 'piece') this.pieces.push(message);
    if (message.kind === 'failed') this.cancel(fromTransferError(message.error));
    this.wake();
  }

  private async until(isSo: () => boolean): Promise<void> {
    while (this.failure === undefined && !isSo()) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.failure !== undefined) throw this.failure;
  }
}

class PortImport {
  private readonly exchange: Exchange;
  private readonly source: CancellablePieces;
  /** How many more pieces the broker can take. */
  private wanted = piecesOnTheWay;
  private isStopped = false;
  private wake: () => void = () => undefined;
  /** Why it was cancelled here. */
  private cancelled: { readonly reason: unknown } | undefined;
  private readonly result: Promise<ImportReport>;
  private resolve: (report: ImportReport) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(
    line: TransferLine,
    timers: Timers,
    pieces: AsyncIterable<Uint8Array>,
    private readonly progress: ((progress: TransferProgress) => void) | undefined,
  ) {
    this.source = new CancellablePieces(pieces);
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.exchange = new Exchange(line, timers, {
      onMessage: (message) => this.receive(message),
      onEnd: ({ message }) =>
        this.fail(
          new KafkaError(
            'NETWORK_EXCEPTION',
            `${message} If the topics of the import are there, it has happened; if not, nothing is left of it. Then begin it again.`,
          ),
        ),
    });
  }

  async run(request: ImportRequest, signal: AbortSignal | undefined): Promise<ImportReport> {
    const abort = (): void => this.cancel(signal?.reason);
    this.exchange.post({ kind: 'import', request });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    try {
      return await this.result;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.exchange.close();
    }
  }

  private receive(message: FromTransferServer): void {
    if (message.kind === 'begun') void this.send();
    if (message.kind === 'more') this.wanted++;
    if (message.kind === 'progress') this.progress?.(message.progress);
    if (message.kind === 'imported') this.resolve(message.report);
    if (message.kind === 'failed') this.fail(fromTransferError(message.error));
    this.wake();
  }

  private async send(): Promise<void> {
    try {
      for await (const bytes of this.source) {
        for (let at = 0; at < bytes.length; at += longestPiece) {
          while (this.wanted === 0 && !this.isStopped) await new Promise<void>((resolve) => (this.wake = resolve));
          if (this.isStopped) return;
          this.wanted--;
          // A copy: what comes from elsewhere may be part of something larger, or be used again.
          const piece = bytes.slice(at, at + longestPiece);
          this.exchange.post({ kind: 'piece', bytes: piece }, [piece.buffer]);
        }
      }
      this.exchange.post({ kind: 'end' });
    } catch (error) {
      if (!this.isStopped) this.cancel(error);
    }
  }

  /** Once the broker has taken back what it had begun, the reason is told to whoever asked. */
  private cancel(reason: unknown): void {
    if (this.cancelled !== undefined) return;
    this.cancelled = { reason };
    this.exchange.post({ kind: 'cancel' });
    this.stopSending(new Error('The import was cancelled.'));
  }

  private fail(error: Error): void {
    this.reject(this.cancelled === undefined ? error : this.cancelled.reason);
    this.stopSending(error);
  }

  private stopSending(error: Error): void {
    this.isStopped = true;
    this.source.cancel(error);
    void this.source.return();
    this.wake();
  }
}
