import { KafkaError } from './kafka-error.js';
import { VarintReader } from './varint.js';

/** Reads Kafka's primitive types, big end first. Throws CORRUPT_MESSAGE where the bytes end too early. */
export class ByteReader {
  private readonly view: DataView;
  private position = 0;
  private elementsLeft: number;

  /** `what` is being read, for messages of errors; all arrays in it have at most `maxElements` together. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly what: string,
    private readonly maxElements = Infinity,
  ) {
    this.elementsLeft = maxElements;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next read begins. */
  get at(): number {
    return this.position;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  int8(): number {
    return this.view.getInt8(this.advance(1));
  }

  int16(): number {
    return this.view.getInt16(this.advance(2));
  }

  int32(): number {
    return this.view.getInt32(this.advance(4));
  }

  int64(): bigint {
    return this.view.getBigInt64(this.advance(8));
  }

  unsignedVarint(): number {
    const varints = new VarintReader(this.bytes, this.position, this.bytes.length, (found) => this.malformed(found));
    const value = varints.unsignedVarint();
    this.position = varints.at;
    return value;
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Says that so many elements of an array are about to be read. Throws if they can't be there, or are too many. */
  expectElements(count: number): void {
    if (count > this.remaining)
      throw this.malformed(`an array of ${count} elements is announced, but ${this.remaining} bytes are left`);
    this.elementsLeft -= count;
    if (this.elementsLeft < 0) throw this.malformed(`its arrays have more than ${this.maxElements} elements`);
  }

  /** What is wrong with the bytes, as an error. */
  malformed(found: string): KafkaError {
    return new KafkaError(
      'CORRUPT_MESSAGE',
      `${this.what} can't be read at byte ${this.position} of ${this.bytes.length}: ${found}.`,
    );
  }

  private advance(size: number): number {
    if (size > this.remaining) throw this.malformed(`${size} bytes are expected, but ${this.remaining} are left`);
    const start = this.position;
    this.position += size;
    return start;
  }
}
