import { KafkaError } from '../kafka-error.js';

/** Bytes that grow as they come, up to a limit: what a compressed block says of its size is not believed. */
export class Output {
  private bytes: Uint8Array;
  length = 0;

  /** Throws MESSAGE_TOO_LARGE as soon as it would hold more than `limit` bytes. */
  constructor(
    private readonly limit: number,
    expected: number,
  ) {
    this.bytes = new Uint8Array(Math.min(limit, Math.max(expected, 64)));
  }

  push(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** Repeats `length` bytes from `distance` before the end, which may be bytes that this writes. Throws CORRUPT_MESSAGE before the beginning. */
  repeat(distance: number, length: number, notBefore = 0): void {
    const from = this.length - distance;
    if (distance < 1 || from < notBefore)
      throw corruptCompression(`it refers to ${distance} bytes before byte ${this.length} of its output`);
    this.reserve(length);
    if (distance >= length) this.bytes.copyWithin(this.length, from, from + length);
    else for (let at = 0; at < length; at++) this.bytes[this.length + at] = this.bytes[from + at] as number;
    this.length += length;
  }

  take(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(more: number): void {
    const wanted = this.length + more;
    if (wanted > this.limit)
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `Compressed records are larger than ${this.limit} bytes, which is the limit here. Send smaller batches.`,
      );
    if (wanted <= this.bytes.length) return;
    const larger = new Uint8Array(Math.min(this.limit, Math.max(wanted, this.bytes.length * 2)));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** What is wrong with compressed bytes, as an error. */
export function corruptCompression(found: string): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', `Compressed records can't be read: ${found}.`);
}

/** Puts parts one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
