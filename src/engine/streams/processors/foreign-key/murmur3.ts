const firstFactor = 0x87c37b91114253d5n;
const secondFactor = 0x4cf5ad432745937fn;
const seed = 104_729n;

/** The hash of a row by which a response is known to belong to it: Murmur3 for x64 with 128 bits, 16 bytes, big end first. */
export function murmur3(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeBlocks = bytes.length - (bytes.length % 16);
  let low = seed;
  let high = seed;
  for (let at = 0; at < wholeBlocks; at += 16) {
    low = int64((rotate(low ^ scrambleLow(view.getBigUint64(at, true)), 27n) + high) * 5n + 0x52dce729n);
    low = int64(low);
    high = int64((rotate(high ^ scrambleHigh(view.getBigUint64(at + 8, true)), 31n) + low) * 5n + 0x38495ab5n);
  }
  const rest = bytes.subarray(wholeBlocks);
  high ^= scrambleHigh(littleEnd(rest.subarray(8)));
  low ^= scrambleLow(littleEnd(rest.subarray(0, 8)));
  low ^= BigInt(bytes.length);
  high ^= BigInt(bytes.length);
  low = int64(low + high);
  high = int64(high + low);
  low = finish(low);
  high = finish(high);
  low = int64(low + high);
  high = int64(high + low);
  const hash = new DataView(new ArrayBuffer(16));
  hash.setBigUint64(0, low);
  hash.setBigUint64(8, high);
  return new Uint8Array(hash.buffer);
}

function scrambleLow(block: bigint): bigint {
  return int64(rotate(int64(block * firstFactor), 31n) * secondFactor);
}

function scrambleHigh(block: bigint): bigint {
  return int64(rotate(int64(block * secondFactor), 33n) * firstFactor);
}

function finish(value: bigint): bigint {
  let mixed = int64((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn);
  mixed = int64((mixed ^ (mixed >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return mixed ^ (mixed >> 33n);
}

function littleEnd(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at] ?? 0);
  return value;
}

function rotate(value: bigint, bits: bigint): bigint {
  return int64((value << bits) | (value >> (64n - bits)));
}

function int64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
