const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A topic id as Kafka prints it: base64 for URLs, without padding. */
export function topicIdText(id: Uint8Array): string {
  let text = '';
  for (let at = 0; at < id.length; at += 3) {
    const group = ((id[at] ?? 0) << 16) | ((id[at + 1] ?? 0) << 8) | (id[at + 2] ?? 0);
    const count = Math.min(id.length - at, 3) + 1;
    for (let digit = 0; digit < count; digit += 1) text += digits.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}

/** Whether this is the id of no topic: all zeros. */
export function isZeroId(id: Uint8Array): boolean {
  return id.every((byte) => byte === 0);
}

/** A topic id from its text. */
export function topicIdBytes(text: string): Uint8Array {
  const id = new Uint8Array(16);
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const digit of text) {
    bits = ((bits << 6) | digits.indexOf(digit)) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    id[at++] = bits >> count;
  }
  return id;
}

/** Java's `hashCode` of a topic id. */
export function topicIdHash(text: string): number {
  const view = new DataView(topicIdBytes(text).buffer);
  return view.getInt32(0) ^ view.getInt32(4) ^ view.getInt32(8) ^ view.getInt32(12);
}

/** The order of topic ids in Kafka: by their two halves, each a signed number. */
export function compareTopicIds(a: string, b: string): number {
  const [left, right] = [new DataView(topicIdBytes(a).buffer), new DataView(topicIdBytes(b).buffer)];
  for (const at of [0, 8]) {
    const difference = left.getBigInt64(at) - right.getBigInt64(at);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}
