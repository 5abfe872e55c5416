import { attributeBits, batchHeaderSize, logOverhead } from '../protocol/batch-header.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { decodeRecords, readBatchHeader, verifyCrc, type BatchHeader } from '../protocol/record-batch.js';
import { controlMarker } from '../log/producers/control-marker.js';
import { ArchiveError } from './archive-error.js';
import { largestOffset } from './manifest-field.js';

/** Where the batch stands that is looked at, and what must be true there. */
export interface BatchPlace {
  readonly entry: string;
  /** Of its first byte in the entry. */
  readonly byte: number;
  /** It may begin here or later. */
  readonly nextOffset: number;
  /** Of its segment. */
  readonly baseOffset: number;
  /** The partition's end: no record may lie there. */
  readonly endOffset: number;
  /** The epoch in which an offset was written, as the partition's `leader-epoch-checkpoint` tells; -1: none. */
  readonly epochFor: (offset: number) => number;
}

/** All bits that have a meaning today. */
const knownAttributes = Object.values(attributeBits).reduce((all, bit) => all | bit, 0);

/** Offsets in an index are 32 bits, counted from the segment's first. */
const largestRelativeOffset = 0x7fff_ffff;

/** Ids from here on are not counted up to by anyone. */
const largestProducerId = 2 ** 52;

/** How many bytes the batch has that begins with these (`logOverhead` of them). Throws an `ArchiveError` for a length that can't be. */
export function batchLength(
  start: Uint8Array,
  place: Pick<BatchPlace, 'entry' | 'byte'>,
  limits: { readonly left: number; readonly largest: number },
): number {
  const length = new DataView(start.buffer, start.byteOffset).getInt32(8) + logOverhead;
  const { left, largest } = limits;
  const refuse = (code: 'DAMAGED' | 'TOO_LARGE', expected: string): never => {
    throw new ArchiveError(code, `a batch of ${length} bytes was found, but ${expected}.`, {
      entry: place.entry,
      byte: place.byte,
    });
  };
  if (length < batchHeaderSize) refuse('DAMAGED', `it has at least ${batchHeaderSize}`);
  if (length > left) refuse('DAMAGED', `only ${left} are left of this entry`);
  if (length > largest) refuse('TOO_LARGE', `at most ${largest} are read`);
  return length;
}

/**
 * Looks at everything in a batch, which is all of `bytes`: its checksum, its place in the log, and, decompressed within limits, each of its records. Throws an
 * `ArchiveError` that names the place, what was found and what was expected.
 */
export function inspectBatch(bytes: Uint8Array, place: BatchPlace): BatchHeader {
  const header = soundHeader(bytes, place);
  const refuse = refusalAt(place, header);
  checkPlace(header, place, refuse);
  checkProducer(header, refuse);
  checkRecords(bytes, header, refuse);
  return header;
}

type Refuse = (found: string, code?: 'DAMAGED' | 'TOO_LARGE') => never;

function refusalAt({ entry, byte }: BatchPlace, { baseOffset }: BatchHeader): Refuse {
  return (found, code = 'DAMAGED') => {
    throw new ArchiveError(code, `${found}.`, { entry, byte, offset: baseOffset });
  };
}

function soundHeader(bytes: Uint8Array, place: BatchPlace): BatchHeader {
  const { entry, byte } = place;
  let header: BatchHeader;
  try {
    header = readBatchHeader(bytes, 0);
  } catch (error) {
    throw new ArchiveError('DAMAGED', `${readErrorText(error)}.`, { entry, byte }, { cause: error });
  }
  if (!verifyCrc(bytes, header))
    refusalAt(place, header)(`the batch does not have its checksum ${header.crc}: a byte of it was changed`);
  return header;
}

function checkPlace(header: BatchHeader, place: BatchPlace, refuse: Refuse): void {
  const { baseOffset, lastOffset, lastOffsetDelta, attributes, partitionLeaderEpoch: epoch } = header;
  if (baseOffset < place.nextOffset)
    refuse(`a batch begins at offset ${baseOffset} where ${place.nextOffset} or later was expected`);
  if (lastOffsetDelta < 0) refuse(`the batch ends ${-lastOffsetDelta} offsets before it begins`);
  if (lastOffset >= place.endOffset || lastOffset > largestOffset)
    refuse(`the batch goes on to offset ${lastOffset}, but the partition ends before ${place.endOffset}`);
  if (lastOffset - place.baseOffset > largestRelativeOffset)
    refuse(`offset ${lastOffset} is too far from the segment's first, ${place.baseOffset}, for an index`);
  if ((attributes & ~knownAttributes) !== 0)
    refuse(`the attributes are ${attributes & 0xffff}, with bits that have no meaning`);
  const told = place.epochFor(baseOffset);
  if (epoch !== told)
    refuse(
      `the batch was written in leader epoch ${epoch}, but leader-epoch-checkpoint says ${told === -1 ? 'that none had begun' : told}`,
    );
}

function checkProducer(header: BatchHeader, refuse: Refuse): void {
  const { producerId, producerEpoch, baseSequence, isControlBatch, isTransactional } = header;
  if (producerId < -1 || producerId > largestProducerId)
    refuse(`the producer id is ${producerId}, but ids go from 0 to ${largestProducerId}`);
  if (producerId === -1) {
    if (isTransactional || isControlBatch) refuse('the batch is part of a transaction, but of no producer');
    return;
  }
  if (producerEpoch < 0) refuse(`the producer epoch is ${producerEpoch}`);
  if (isControlBatch && !isTransactional) refuse('a control batch is part of a transaction, but this one is not');
  if (!isControlBatch && baseSequence < 0)
    refuse(`producer ${producerId} wrote the batch without a sequence number (${baseSequence})`);
}

function checkRecords(bytes: Uint8Array, header: BatchHeader, refuse: Refuse): void {
  const { baseOffset, lastOffset, maxTimestamp, recordCount, isControlBatch } = header;
  let next = baseOffset;
  try {
    for (const { offset, timestamp } of decodeRecords(bytes, header)) {
      if (offset < next || offset > lastOffset)
        refuse(`a record has offset ${offset} where one from ${next} to ${lastOffset} was expected`);
      if (timestamp > maxTimestamp)
        refuse(`the record of offset ${offset} is of ${timestamp}, later than its batch's latest time ${maxTimestamp}`);
      next = offset + 1;
    }
    // A batch that the cleaner has emptied keeps nothing of its marker either.
    if (isControlBatch && recordCount > 0 && controlMarker(bytes, header) === undefined)
      refuse('a control batch holds something else than the end of a transaction');
    if (isControlBatch && recordCount > 1) refuse(`a control batch holds one marker, but this one ${recordCount}`);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    const isBomb = error.code === 'MESSAGE_TOO_LARGE';
    refuse(isBomb ? error.message.replace(/\.$/, '') : readErrorText(error), isBomb ? 'TOO_LARGE' : 'DAMAGED');
  }
}

/** The sentence of a decoder; it counts bytes from the batch's beginning. */
function readErrorText(error: unknown): string {
  if (!(error instanceof KafkaError)) throw error;
  return error.message
    .replace(/^No record batch can be read at byte 0: /, 'the batch can not be read: ')
    .replace(/\.$/, '');
}
