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
