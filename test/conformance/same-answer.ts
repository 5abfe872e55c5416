import type { Json } from '../engine/broker/transcript.js';

const unknownServerError = -1;

/** Whether an answer is Kafka's. Where an exception of its own has made Kafka answer `UNKNOWN_SERVER_ERROR`, any error will do, with any message. */
export function isSameAnswer(ours: Json, kafkas: Json): boolean {
  if (typeof ours !== 'object' || typeof kafkas !== 'object' || ours === null || kafkas === null)
    return ours === kafkas;
  if (Array.isArray(ours) || Array.isArray(kafkas)) {
    const [own, others] = [ours, kafkas] as [readonly Json[], readonly Json[]];
    return (
      Array.isArray(ours) &&
      Array.isArray(kafkas) &&
      own.length === others.length &&
      own.every((each, at) => isSameAnswer(each, others[at] as Json))
    );
  }
  const [own, others] = [ours, kafkas] as [Readonly<Record<string, Json>>, Readonly<Record<string, Json>>];
  const hasFailed = others['errorCode'] === unknownServerError && own['errorCode'] !== 0;
  const names = new Set([...Object.keys(own), ...Object.keys(others)]);
  return [...names].every(
    (name) =>
      (hasFailed && (name === 'errorCode' || name === 'errorMessage')) ||
      (name in own && name in others && isSameAnswer(own[name] as Json, others[name] as Json)),
  );
}
