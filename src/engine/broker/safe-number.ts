/** An int64 of the protocol as a number. Beyond 2^53, where no offset or time of ours lies, the nearest safe integer stands for it. */
export function safeNumber(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}
