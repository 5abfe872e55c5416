/** Signed numbers in 1 to 5 (32 bits) or 10 bytes (64 bits): zigzag, 7 bits a byte, the low ones first (Kafka's `ByteUtils`). */

/** Bytes that `writeVarint` takes for a 32-bit integer. */
export function sizeOfVarint(value: number): number {
  return sizeOfUnsignedVarint((value << 1) ^ (value >> 31));
}

/** Bytes that `writeUnsignedVarint` takes for an unsigned 32-bit integer. */
export function sizeOfUnsignedVarint(value: number): number {
  const bits = value >>> 0;
  if (bits < 0x80) return 1;
  if (bits < 0x4000) return 2;
  if (bits < 0x20_0000) return 3;
  return bits < 0x1000_0000 ? 4 : 5;
}

/** Writes a signed 32-bit integer at `at`; gives the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  return writeUnsignedVarint(bytes, at, (value << 1) ^ (value >> 31));
}

/** Writes an unsigned 32-bit integer at `at`; gives the position after it. */
export function writeUnsignedVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Bytes that `writeVarlong` takes for a safe integer. */
export function sizeOfVarlong(value: number): number {
  if (value === value >> 0) return sizeOfVarint(value);
  let size = 1;
  for (let rest = zigzag(value) >> 7n; rest > 0n; rest >>= 7n) size++;
  return size;
}

/** Writes a safe integer at `at`; gives the position after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === value >> 0) return writeVarint(bytes, at, value);
  let rest = zigzag(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes[at++] = Number(rest & 0x7fn) | 0x80;
  bytes[at++] = Number(rest);
  return at;
}

function zigzag(value: number): bigint {
  const exact = BigInt(value);
  return BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n));
}

/** Reads numbers of this form one after the other, never beyond `end`. */
export class VarintReader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
    /** Makes the error for bytes that hold no such number. */
    private readonly malformed: (found: string) => Error,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw this.malformed(`it ends inside a record, at byte ${this.at}`);
    return this.bytes[this.at++] as number;
  }

  /** A signed 32-bit integer. */
  varint(): number {
    const bits = this.unsignedVarint();
    return (bits >>> 1) ^ -(bits & 1);
  }

  /** An unsigned 32-bit integer. */
  unsignedVarint(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let bits = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = this.byte();
      bits |= (byte & 0x7f) << shift;
      if (byte < 0x80) return bits >>> 0;
    }
    throw this.malformed(`a varint of more than 5 bytes ends at byte ${this.at}`);
  }

  /** A signed 64-bit integer that is a safe integer. */
  varlong(): number {
    const start = this.at;
    if (this.byte() < 0x80 || this.byte() < 0x80 || this.byte() < 0x80 || this.byte() < 0x80) {
      this.at = start;
      return this.varint();
    }
    this.at = start;
    let bits = 0n;
    for (let shift = 0n; shift <= 63n; shift += 7n) {
      const byte = this.byte();
      bits |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return this.safe(BigInt.asUintN(64, bits));
    }
    throw this.malformed(`a varlong of more than 10 bytes ends at byte ${this.at}`);
  }

  private safe(bits: bigint): number {
    const exact = (bits >> 1n) ^ -(bits & 1n);
    const value = Number(exact);
    if (!Number.isSafeInteger(value))
      throw this.malformed(`the number ${exact} before byte ${this.at} is not between -2^53 and 2^53`);
    return value;
  }
}
