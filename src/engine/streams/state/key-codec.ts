import type { Serde } from '../serdes.js';
import { bytesOf, textOf } from './byte-text.js';

/** A key as a store knows it. */
export interface EncodedKey {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** So many keys are remembered with their bytes; the same few come again and again. */
const rememberedKeys = 8192;

/** Turns keys into bytes and into text that orders as the bytes do. */
export class KeyCodec<K> {
  private readonly remembered = new Map<K, EncodedKey>();

  constructor(
    private readonly serde: Serde<K>,
    private readonly topic: string,
  ) {}

  encode(key: K): EncodedKey {
    // Of what cannot change behind our back. Numbers are left out: a Map takes -0 for 0.
    if (typeof key !== 'string' && typeof key !== 'bigint') return this.encodeAnew(key);
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const encoded = this.encodeAnew(key);
    if (this.remembered.size >= rememberedKeys) this.remembered.clear();
    this.remembered.set(key, encoded);
    return encoded;
  }

  decode(text: string): K {
    return this.serde.deserialize(this.topic, bytesOf(text));
  }

  decodeBytes(bytes: Uint8Array): K {
    return this.serde.deserialize(this.topic, bytes);
  }

  private encodeAnew(key: K): EncodedKey {
    const bytes = this.serde.serialize(this.topic, key);
    return { text: textOf(bytes), bytes };
  }
}
