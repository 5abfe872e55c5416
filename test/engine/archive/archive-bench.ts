import type { ExportRequest, ImportRequest } from '../../../src/engine/archive/transfer-request.js';
import type { Broker } from '../../../src/engine/broker/broker.js';

/** The bytes of an export. */
export async function exported(
  broker: Pick<Broker, 'exportTopics'>,
  request: Partial<ExportRequest> = {},
): Promise<Uint8Array> {
  const begun = await broker.exportTopics({ topics: 'all', groups: 'all', ...request });
  const pieces: Uint8Array[] = [];
  for (let piece = await begun.next(); piece !== undefined; piece = await begun.next()) pieces.push(piece);
  return joined(pieces);
}

/** Imports the bytes of an export, handed over in pieces of this size. */
export function imported(
  broker: Pick<Broker, 'importTopics'>,
  bytes: Uint8Array,
  request: Partial<ImportRequest> = {},
  pieceSize = 1000,
) {
  return broker.importTopics(inPiecesOf(bytes, pieceSize), { rename: [], importsGroups: true, ...request });
}

export async function* inPiecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** An entry of a tar, and where its header begins. */
export interface TarEntry {
  readonly name: string;
  readonly at: number;
  readonly content: Uint8Array;
}

/** The entries of an archive, by a reader of its own: plain ustar, and pax headers for long names. */
export function entriesOf(tar: Uint8Array): TarEntry[] {
  const text = (start: number, length: number) =>
    new TextDecoder().decode(tar.subarray(start, start + length)).replace(/\0[^]*$/, '');
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const content = tar.subarray(at + 512, at + 512 + size);
    const type = text(at + 156, 1);
    if (type === 'x') longName = /path=([^\n]*)\n/.exec(new TextDecoder().decode(content))?.[1];
    else {
      const prefix = text(at + 345, 155);
      entries.push({ name: longName ?? (prefix === '' ? '' : `${prefix}/`) + text(at, 100), at, content });
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}
