/** Bits one behind the other, the first in the lowest place. */
export class BitWriter {
  private readonly bytes: number[] = [];
  private held = 0;
  private count = 0;

  /** Writes the lowest `count` (up to 24) bits of `value`. */
  write(value: number, count: number): void {
    this.held |= (value & ((1 << count) - 1)) << this.count;
    this.count += count;
    for (; this.count >= 8; this.count -= 8, this.held >>>= 8) this.bytes.push(this.held & 0xff);
  }

  /** Ends with a bit that tells a reader, who begins at the end, where the others begin. */
  finish(): Uint8Array {
    this.write(1, 1);
    if (this.count > 0) this.bytes.push(this.held & 0xff);
    return new Uint8Array(this.bytes);
  }
}

interface SymbolStep {
  readonly bits: number;
  readonly next: number;
}

/** The table by which symbols of a known distribution are written as numbers of bits that fit their frequency (RFC 8878, section 4.1). */
export class FiniteStateTable {
  private readonly states: Uint16Array;
  private readonly steps: SymbolStep[] = [];

  /** `distribution`: how many of the 2^accuracy states each symbol has; -1 stands for less than one. */
  constructor(
    distribution: readonly number[],
    readonly accuracy: number,
  ) {
    const size = 1 << accuracy;
    const spread = spreadSymbols(distribution, size);
    const first: number[] = [];
    let total = 0;
    for (const norm of distribution) {
      first.push(total);
      total += Math.abs(norm);
    }
    this.states = new Uint16Array(size);
    const filled = [...first];
    for (let at = 0; at < size; at++) {
      const symbol = spread[at] as number;
      this.states[filled[symbol] as number] = size + at;
      filled[symbol] = (filled[symbol] as number) + 1;
    }
    distribution.forEach((norm, symbol) => {
      const count = Math.abs(norm);
      const start = first[symbol] as number;
      if (count <= 1) this.steps.push({ bits: accuracy * 65_536 - size, next: start - 1 });
      else {
        const most = accuracy - (31 - Math.clz32(count - 1));
        this.steps.push({ bits: most * 65_536 - count * 2 ** most, next: start - count });
      }
    });
  }

  /** The state that stands for a symbol with nothing after it. */
  begin(symbol: number): number {
    const { bits, next } = this.steps[symbol] as SymbolStep;
    const count = (bits + 32_768) >> 16;
    return this.states[(((count << 16) - bits) >> count) + next] as number;
  }

  /** Writes what a reader needs to come from the symbol's state to `state`, and answers the symbol's. */
  step(state: number, symbol: number, writer: BitWriter): number {
    const { bits, next } = this.steps[symbol] as SymbolStep;
    const count = (state + bits) >> 16;
    writer.write(state, count);
    return this.states[(state >> count) + next] as number;
  }
}

function spreadSymbols(distribution: readonly number[], size: number): number[] {
  const spread = new Array<number>(size).fill(0);
  let high = size - 1;
  distribution.forEach((norm, symbol) => {
    if (norm === -1) spread[high--] = symbol;
  });
  const stride = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  distribution.forEach((norm, symbol) => {
    for (let count = 0; count < norm; count++) {
      spread[at] = symbol;
      do at = (at + stride) & (size - 1);
      while (at > high);
    }
  });
  return spread;
}
