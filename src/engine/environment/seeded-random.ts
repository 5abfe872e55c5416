import type { Random } from './environment.js';

/**
 * xoshiro128** (Blackman and Vigna), seeded from any text: the same text gives the same numbers on every machine.
 * A fork depends on the seed and the label alone, not on what was drawn before; two forks with one label are equal.
 */
export class SeededRandom implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: string) {
    this.#seed = seed;
    [this.#a, this.#b, this.#c, this.#d] = hashText(seed);
  }

  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  fork(label: string): Random {
    // The length keeps ('a', 'b/c') and ('a/b', 'c') apart.
    return new SeededRandom(`${this.#seed}/${label.length}:${label}`);
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** MurmurHash3 (x86, 32 bits) of the text's UTF-16 units under four seeds: the generator's state, never all zero. */
function hashText(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [
    murmur3(text, 0x9e3779b9),
    murmur3(text, 0x243f6a88),
    murmur3(text, 0xb7e15162),
    murmur3(text, 0xdeadbeef),
  ];
  // From the state of all zeroes the generator would draw nothing but zeroes.
  if ((words[0] | words[1] | words[2] | words[3]) === 0) words[0] = 1;
  return words;
}

function murmur3(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) {
    const mixed = Math.imul(rotateLeft(Math.imul(text.charCodeAt(at), 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotateLeft(hash ^ mixed, 13), 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
