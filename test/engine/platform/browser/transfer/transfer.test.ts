import { afterEach, describe, expect, it } from 'vitest';
import { ArchiveError } from '../../../../../src/engine/archive/archive-error.js';
import type {
  ExportUnderWay,
  ImportReport,
  ImportRequest,
  TopicTransferService,
} from '../../../../../src/engine/archive/transfer-request.js';
import type { RequestHandler } from '../../../../../src/engine/protocol/connection.js';
import { InProcessNetwork } from '../../../../../src/engine/protocol/in-process-network.js';
import { KafkaError } from '../../../../../src/engine/protocol/kafka-error.js';
import { PortNetwork } from '../../../../../src/engine/platform/browser/port-network.js';
import { PortServer } from '../../../../../src/engine/platform/browser/port-server.js';
import { PortTransfers } from '../../../../../src/engine/platform/browser/transfer/transfer-client.js';
import {
  longestPiece,
  piecesOnTheWay,
  type FromTransferServer,
} from '../../../../../src/engine/platform/browser/transfer/transfer-messages.js';
import { longestPauseMs } from '../../../../../src/engine/platform/browser/transfer/transfer-server.js';
import { entriesOf, exported, imported, inPiecesOf, type TarEntry } from '../../../archive/archive-bench.js';
import { topicsOf } from '../../../archive/log-contents.js';
import { writeRichTopics } from '../../../archive/rich-topics.js';
import { BrokerBench } from '../../../broker/broker-bench.js';
import { ManualEnvironment } from '../../../client/manual-environment.js';

const address = { host: 'worker', port: 0 };
const everything = { topics: 'all', groups: 'all' } as const;
const plainly: ImportRequest = { rename: [], importsGroups: true };
const nothing: RequestHandler = { handle: () => new Promise(() => {}), disconnected: () => {} };
const report: ImportReport = { topics: [], groups: ['g'], abortedTransactions: [] };

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** A service behind a port, and the way to it. */
function reached(service: TopicTransferService) {
  const environment = new ManualEnvironment();
  const network = new InProcessNetwork({ brokers: [{ address, handler: nothing }] });
  const server = new PortServer(network, { service, timers: environment.timers });
  const lost = new Set<(message: string) => void>();
  const way = new PortNetwork(environment, async () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    await server.serve(port2);
    return {
      port: port1,
      onLost: (listener) => {
        lost.add(listener);
        return () => lost.delete(listener);
      },
    };
  });
  const transfers = new PortTransfers(environment.timers, () => way.openTransfer());
  const lose = () => [...lost].forEach((listener) => listener('The broker has moved to another tab.'));
  return { environment, network, server, transfers, way, lose };
}

/** An export that goes on for ever, and an import that takes what it is told to; both note what happens to them. */
class NotingService implements TopicTransferService {
  handedOut = 0;
  cancelledWith: unknown;
  taken = 0;
  endedWith: unknown = 'nothing yet';
  /** How many pieces an import takes before it waits to be told more. */
  takes = Infinity;
  /** Whether a piece of an export takes its time. */
  isSlow = false;
  goOn: () => void = () => {};

  async exportTopics(): Promise<ExportUnderWay> {
    return {
      next: async () => {
        if (this.cancelledWith !== undefined) throw this.cancelledWith as Error;
        this.handedOut++;
        if (this.isSlow) await soon();
        return new Uint8Array(1000);
      },
      cancel: (error) => (this.cancelledWith = error),
    };
  }

  async importTopics(
    pieces: AsyncIterable<Uint8Array>,
    _request?: ImportRequest,
    progress?: Parameters<TopicTransferService['importTopics']>[2],
    signal?: AbortSignal,
  ): Promise<ImportReport> {
    signal?.addEventListener('abort', () => (this.cancelledWith = signal.reason));
    try {
      for await (const { length } of pieces) {
        this.taken++;
        progress?.({ bytes: length, totalBytes: 0, records: 0, topics: 0, totalTopics: 0 });
        if (this.taken >= this.takes) await new Promise<void>((resolve) => (this.goOn = resolve));
      }
      this.endedWith = 'the end';
      return report;
    } catch (error) {
      // As long as it takes until nothing is left.
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.endedWith = error;
      throw error;
    }
  }
}

async function readAll(begun: ExportUnderWay): Promise<number> {
  let bytes = 0;
  for (let piece = await begun.next(); piece !== undefined; piece = await begun.next()) bytes += piece.length;
  return bytes;
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
/** Waits until it is so many, and sees that it is no more a while later. */
async function expectStop(count: () => number, at: number): Promise<void> {
  await expect.poll(count).toBe(at);
  await soon();
  expect(count()).toBe(at);
}
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );

describe('through a port', () => {
  it('an export has the same bytes and an import the same outcome as without one', async () => {
    const source = await BrokerBench.start({ seed: 'source' });
    await writeRichTopics(source);
    const direct = await exported(source.broker);
    const there = reached(source.broker);
    const progress: number[] = [];
    const begun = await there.transfers.exportTopics(everything, ({ bytes }) => progress.push(bytes));
    const pieces: Uint8Array[] = [];
    for (let piece = await begun.next(); piece !== undefined; piece = await begun.next()) pieces.push(piece);
    expect(Buffer.from(Buffer.concat(pieces)).equals(Buffer.from(direct))).toBe(true);
    expect(progress.at(-1)).toBeGreaterThan(1000);

    const target = await BrokerBench.start();
    const there2 = reached(target.broker);
    const told = await imported(there2.transfers, direct, { rename: [['plain', 'renamed']] }, 777);
    expect(told.topics.map(({ importedAs, records }) => [importedAs, records])).toEqual([
      ['payments', 4],
      ['renamed', 25],
      ['prices', 5],
    ]);
    const was = await topicsOf(source);
    const is = await topicsOf(target);
    expect([is['payments'], is['renamed'], is['prices']]).toEqual([was['payments'], was['plain'], was['prices']]);
    expect(await target.committed('audit')).toEqual(await source.committed('audit'));
  });

  it('an error of the archive is the same, with its place', async () => {
    const source = await BrokerBench.start({ seed: 'source' });
    await writeRichTopics(source);
    const tar = await exported(source.broker);
    const segment = entriesOf(tar).find(({ name, content }) => name.endsWith('.log') && content.length > 100);
    (segment as TarEntry).content[90]! ^= 1;
    const target = await BrokerBench.start();
    const direct = (await failureOf(imported(target.broker, tar))) as ArchiveError;
    const crossed = await failureOf(imported(reached(target.broker).transfers, tar));
    expect(crossed).toBeInstanceOf(ArchiveError);
    const { code, message, entry, byte, offset } = direct;
    expect(entry).toBeDefined();
    expect(crossed).toMatchObject({ code, message });
    expect([(crossed as ArchiveError).entry, (crossed as ArchiveError).byte]).toEqual([entry, byte]);
    expect((crossed as ArchiveError).offset).toBe(offset);
    const unknown = failureOf(reached(target.broker).transfers.exportTopics({ topics: ['none'], groups: 'none' }));
    expect(await unknown).toMatchObject({ name: 'ArchiveError', code: 'UNKNOWN_TOPIC' });
  });

  it('an error of the broker is the same', async () => {
    const { transfers } = reached({
      exportTopics: () => Promise.reject(new KafkaError('BROKER_NOT_AVAILABLE', 'The broker has stopped.')),
      importTopics: () => Promise.reject(new TypeError('a defect')),
    });
    expect(await failureOf(transfers.exportTopics(everything))).toMatchObject({
      code: 'BROKER_NOT_AVAILABLE',
      message: 'The broker has stopped.',
    });
    expect(await failureOf(imported(transfers, new Uint8Array(9)))).toMatchObject({
      code: 'UNKNOWN_SERVER_ERROR',
      message: 'TypeError: a defect',
    });
  });
});

describe('MSG-6 backpressure', () => {
  it('no more of an export is read than its reader has taken, but for a few pieces', async () => {
    const service = new NotingService();
    const begun = await reached(service).transfers.exportTopics(everything);
    await expectStop(() => service.handedOut, piecesOnTheWay);
    for (let taken = 0; taken < 10; taken++) await begun.next();
    await expectStop(() => service.handedOut, piecesOnTheWay + 10);
    begun.cancel(new Error('enough'));
  });

  it('no more of an import is read than the broker has taken, but for a few pieces, however large they are', async () => {
    const service = new NotingService();
    service.takes = 3;
    let read = 0;
    async function* source() {
      for (; read < 20; read++) yield new Uint8Array(longestPiece);
      yield new Uint8Array(longestPiece * 5 + 1);
    }
    const { transfers } = reached(service);
    const importing = transfers.importTopics(source(), plainly);
    await expectStop(() => service.taken, 3);
    expect(read).toBeLessThanOrEqual(3 + piecesOnTheWay);
    service.takes = Infinity;
    service.goOn();
    expect(await importing).toEqual(report);
    expect(service.taken).toBe(26);
  });
});

describe('cancelling', () => {
  it('an export lets go of what it keeps', async () => {
    const service = new NotingService();
    const begun = await reached(service).transfers.exportTopics(everything);
    await begun.next();
    begun.cancel(new Error('no longer wanted'));
    await expect(begun.next()).rejects.toThrow('no longer wanted');
    await expect.poll(() => service.cancelledWith).toBeInstanceOf(Error);
  });

  it.each([
    ['by its signal', 'signal'],
    ['by its source, which fails', 'source'],
  ] as const)('an import %s: that is told once nothing is left of it', async (_, by) => {
    const service = new NotingService();
    const aborting = new AbortController();
    let isClosed = false;
    async function* source() {
      try {
        yield new Uint8Array(100);
        await soon();
        if (by === 'source') throw new Error('enough');
        yield new Uint8Array(100);
        await new Promise(() => {});
      } finally {
        isClosed = true;
      }
    }
    const importing = failureOf(reached(service).transfers.importTopics(source(), plainly, undefined, aborting.signal));
    await expect.poll(() => service.taken).toBeGreaterThan(0);
    if (by === 'signal') aborting.abort(new Error('enough'));
    expect(await importing).toMatchObject({ message: 'enough' });
    expect(service.endedWith).toMatchObject({ name: 'AbortError' });
    if (by === 'source') expect(isClosed).toBe(true);
  });

  it('an import that is refused asks its source for no more', async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(longestPiece).fill(7);
      } finally {
        isClosed = true;
      }
    }
    const target = await BrokerBench.start();
    expect(await failureOf(reached(target.broker).transfers.importTopics(endless(), plainly))).toMatchObject({
      code: 'NOT_AN_EXPORT',
    });
    await expect.poll(() => isClosed).toBe(true);
  });

  it('an import that waits for another one is cancelled at once', async () => {
    const target = await BrokerBench.start();
    const { transfers } = reached(target.broker);
    const first = new AbortController();
    const second = new AbortController();
    async function* never() {
      await new Promise(() => {});
      yield new Uint8Array(1);
    }
    const importing = failureOf(transfers.importTopics(never(), plainly, undefined, first.signal));
    const waiting = failureOf(transfers.importTopics(never(), plainly, undefined, second.signal));
    await soon();
    second.abort(new Error('the second'));
    expect(await waiting).toMatchObject({ message: 'the second' });
    first.abort(new Error('the first'));
    expect(await importing).toMatchObject({ message: 'the first' });
  });

  it('nothing begins for a signal that has come already', async () => {
    const service = new NotingService();
    const signal = AbortSignal.abort(new Error('before'));
    const { transfers } = reached(service);
    expect(
      await failureOf(transfers.importTopics(inPiecesOf(new Uint8Array(9), 9), plainly, undefined, signal)),
    ).toMatchObject({ message: 'before' });
    expect(service.endedWith).toBe('nothing yet');
  });
});

describe('when the other side is gone', () => {
  it('the client is told by NETWORK_EXCEPTION', async () => {
    const service = new NotingService();
    const { transfers, lose } = reached(service);
    const begun = await transfers.exportTopics(everything);
    async function* endless() {
      for (;;) {
        await soon();
        yield new Uint8Array(10);
      }
    }
    const importing = failureOf(transfers.importTopics(endless(), plainly));
    await expect.poll(() => service.taken).toBeGreaterThan(0);
    lose();
    expect(await importing).toMatchObject({
      code: 'NETWORK_EXCEPTION',
      message: expect.stringContaining('If the topics of the import are there, it has happened') as string,
    });
    expect(await failureOf(readAll(begun))).toMatchObject({ code: 'NETWORK_EXCEPTION' });
  });

  it('the broker lets go', async () => {
    const service = new NotingService();
    const { transfers, network } = reached(service);
    await transfers.exportTopics(everything);
    network.disconnect();
    await expect.poll(() => service.cancelledWith).toMatchObject({ code: 'NETWORK_EXCEPTION' });
    const other = new NotingService();
    const second = reached(other);
    other.takes = 1;
    void failureOf(second.transfers.importTopics(inPiecesOf(new Uint8Array(90), 9), plainly));
    await expect.poll(() => other.taken).toBe(1);
    second.network.disconnect();
    other.goOn();
    await expect.poll(() => other.endedWith).toMatchObject({ code: 'NETWORK_EXCEPTION' });
  });

  it('and does not say so, the broker lets go after a minute', async () => {
    const service = new NotingService();
    const { transfers, environment } = reached(service);
    const begun = await transfers.exportTopics(everything);
    await expectStop(() => service.handedOut, piecesOnTheWay);
    await environment.advance(longestPauseMs + 1);
    const stalled = { name: 'ArchiveError', code: 'STALLED' };
    expect(service.cancelledWith).toMatchObject(stalled);
    expect(await failureOf(readAll(begun))).toMatchObject(stalled);
    async function* silent() {
      yield new Uint8Array(9);
      await new Promise(() => {});
    }
    const importing = failureOf(transfers.importTopics(silent(), plainly));
    await expectStop(() => service.taken, 1);
    await environment.advance(longestPauseMs + 1);
    expect(await importing).toMatchObject(stalled);
  });

  it('a broker that knows nothing of transfers is not waited for', async () => {
    const environment = new ManualEnvironment();
    const { port1 } = new MessageChannel();
    ports.push(port1);
    const transfers = new PortTransfers(environment.timers, async () => ({
      port: port1,
      closed: new Promise<never>(() => {}),
      close: () => {},
    }));
    const begin = failureOf(transfers.exportTopics(everything));
    await soon();
    await environment.advance(30_000);
    expect(await begin).toMatchObject({
      code: 'NETWORK_EXCEPTION',
      message: expect.stringContaining('Reload the tabs of this app') as string,
    });
  });
});

describe('MSG-3 what makes no sense', () => {
  /** A port of a transfer, for a test that writes its own messages. */
  async function rawPort(service: TopicTransferService) {
    const line = await reached(service).way.openTransfer();
    const heard: FromTransferServer[] = [];
    line.port.onmessage = ({ data }: MessageEvent<FromTransferServer>) => heard.push(data);
    return { port: line.port, heard };
  }

  it.each([
    ['no message', 'hello'],
    ['an unknown kind', { kind: 'shutdown' }],
    ['no request', { kind: 'export' }],
    ['a name that is none', { kind: 'export', request: { topics: ['a', 7], groups: 'all' } }],
    ['groups that are none', { kind: 'export', request: { topics: 'all', groups: 'some' } }],
    ['a new name too many', { kind: 'import', request: { rename: [['a', 'b', 'c']], importsGroups: true } }],
    ['a field that is missing', { kind: 'import', request: { rename: [] } }],
    ['a piece before anything', { kind: 'piece', bytes: new Uint8Array(1) }],
    ['the end before anything', { kind: 'end' }],
  ])('ends the transfer, and the broker is asked nothing: %s', async (_, message) => {
    const asked: string[] = [];
    const { port, heard } = await rawPort({
      exportTopics: () => Promise.reject(new Error(String(asked.push('export')))),
      importTopics: () => Promise.reject(new Error(String(asked.push('import')))),
    });
    port.postMessage(message);
    await expect.poll(() => heard).toMatchObject([{ kind: 'failed', error: { other: { code: 'INVALID_REQUEST' } } }]);
    port.postMessage({ kind: 'export', request: everything });
    await soon();
    expect([asked, heard.length]).toEqual([[], 1]);
  });

  it.each([
    ['bytes that are none', [{ kind: 'piece', bytes: 'abc' }]],
    ['an empty piece', [{ kind: 'piece', bytes: new Uint8Array(0) }]],
    ['a piece that is too long', [{ kind: 'piece', bytes: new Uint8Array(longestPiece + 1) }]],
    ['shared memory', [{ kind: 'piece', bytes: new Uint8Array(new SharedArrayBuffer(8)) }]],
    ['a second request', [{ kind: 'import', request: plainly }]],
    ['what belongs to an export', [{ kind: 'take' }]],
    ['pieces behind the end', [{ kind: 'end' }, { kind: 'piece', bytes: new Uint8Array(1) }]],
    ['a flood', Array.from({ length: 50 }, () => ({ kind: 'piece', bytes: new Uint8Array(1) }))],
  ])('ends an import, of which nothing is left: %s', async (_, messages) => {
    const service = new NotingService();
    service.takes = 1;
    const { port, heard } = await rawPort(service);
    port.postMessage({ kind: 'import', request: plainly });
    port.postMessage({ kind: 'piece', bytes: new Uint8Array(1) });
    await expect.poll(() => service.taken).toBe(1);
    for (const message of messages) port.postMessage(message);
    await expect.poll(() => service.cancelledWith).toMatchObject({ code: 'INVALID_REQUEST' });
    service.goOn();
    await expect.poll(() => heard.at(-1)).toMatchObject({ error: { other: { code: 'INVALID_REQUEST' } } });
    expect(service.endedWith).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('ends an export: more is asked for than was taken', async () => {
    const service = new NotingService();
    const { port, heard } = await rawPort(service);
    port.postMessage({ kind: 'export', request: everything });
    await expect.poll(() => service.handedOut).toBe(piecesOnTheWay);
    service.isSlow = true;
    for (let times = 0; times < 1000; times++) port.postMessage({ kind: 'take' });
    await expect.poll(() => heard.at(-1)).toMatchObject({ error: { other: { code: 'INVALID_REQUEST' } } });
    expect(service.handedOut).toBe(piecesOnTheWay + 1);
  });

  it('a second transfer on the same connection is not begun', async () => {
    const service = new NotingService();
    const { server } = reached(service);
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    await server.serve(port2);
    for (let times = 0; times < 2; times++) {
      const channel = new MessageChannel();
      ports.push(channel.port1);
      port1.postMessage({ kind: 'transfer', port: channel.port2 }, [channel.port2]);
      channel.port1.postMessage({ kind: 'export', request: everything });
    }
    await expectStop(() => service.handedOut, piecesOnTheWay);
  });
});
