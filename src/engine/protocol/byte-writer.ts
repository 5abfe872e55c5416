import { KafkaError } from './kafka-error.js';
import { writeUnsignedVarint } from './varint.js';

const firstBytes = 256;
/** What many writers begin in: most messages are small, and a buffer of its own for each keeps the collector busy. */
const sharedBytes = 16 * 1024;
let shared = new Uint8Array(0);
let sharedAt = 0;

/** Bytes that nobody has had before. */
function beginning(): Uint8Array {
  if (sharedAt + firstBytes > shared.length) {
    shared = new Uint8Array(sharedBytes);
    sharedAt = 0;
  }
  const bytes = shared.subarray(sharedAt, sharedAt + firstBytes);
  sharedAt += firstBytes;
  return bytes;
}

/** Writes Kafka's primitive types, big end first, into a buffer that grows. */
export class ByteWriter {
  private bytes = beginning();
  private view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  private at = 0;
  /** What was taken over as it is, and what lies before it. */
  private readonly parts: Uint8Array[] = [];
  private partsEnd = 0;

  /**
   * Bytes of at least `takesOverFrom` are not copied; then what is written is had by `writtenParts` alone. Beside those no more than `maxBytes` are written: MESSAGE_TOO_LARGE
   * is thrown instead.
   */
  constructor(
    private readonly takesOverFrom = Infinity,
    private readonly maxBytes = Infinity,
  ) {}

  int8(value: number): void {
    const start = this.advance(1);
    this.view.setInt8(start, value);
  }

  int16(value: number): void {
    const start = this.advance(2);
    this.view.setInt16(start, value);
  }

  int32(value: number): void {
    const start = this.advance(4);
    this.view.setInt32(start, value);
  }

  int64(value: bigint): void {
    const start = this.advance(8);
    this.view.setBigInt64(start, value);
  }

  unsignedVarint(value: number): void {
    const start = this.advance(5);
    this.at = writeUnsignedVarint(this.bytes, start, value);
  }

  raw(bytes: Uint8Array): void {
    if (bytes.length >= this.takesOverFrom) {
      this.parts.push(this.bytes.subarray(this.partsEnd, this.at), bytes);
      this.partsEnd = this.at;
      return;
    }
    const start = this.advance(bytes.length);
    this.bytes.set(bytes, start);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.at;
  }

  /** What was written, in bytes of exactly its length. */
  written(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  /** What was written, as it lies in a larger buffer: for who is done with the writer. */
  writtenInPlace(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  /** What was written, piece after piece: for who is done with the writer. */
  writtenParts(): readonly Uint8Array[] {
    return [...this.parts, this.bytes.subarray(this.partsEnd, this.at)];
  }

  private advance(size: number): number {
    const start = this.at;
    this.at += size;
    if (this.at > this.bytes.length) {
      if (this.at > this.maxBytes)
        throw new KafkaError(
          'MESSAGE_TOO_LARGE',
          `A message has more than ${this.maxBytes} bytes. Ask for less at once.`,
        );
      const larger = new Uint8Array(Math.min(Math.max(this.at, this.bytes.length * 2), this.maxBytes));
      larger.set(this.bytes.subarray(0, start));
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return start;
  }
}
