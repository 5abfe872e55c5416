/** One of the two that are compared. */
export interface Side {
  /** Before the first round; not measured. */
  setUp?(): Promise<void>;
  /** One round: answers how many records went through in how many milliseconds. */
  round(): Promise<{ readonly records: number; readonly ms: number }>;
  /** After the last round. */
  tearDown?(): Promise<void>;
}

/** Our side and a rival's. */
export interface Pair {
  readonly rival: string;
  readonly ours: Side;
  readonly theirs: Side;
}

/** Records a second, the median of all rounds. */
export interface Result {
  readonly value: number;
  readonly against: number;
  readonly rival: string;
}

/** Runs both sides in turns, after one round each that does not count. */
export async function runPair({ rival, ours, theirs }: Pair, rounds: number): Promise<Result> {
  await ours.setUp?.();
  await theirs.setUp?.();
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = [await rateOf(ours), await rateOf(theirs)];
    if (round === 0) continue;
    rates.ours.push(first);
    rates.theirs.push(second);
  }
  await ours.tearDown?.();
  await theirs.tearDown?.();
  return { value: median(rates.ours), against: median(rates.theirs), rival };
}

async function rateOf(side: Side): Promise<number> {
  const { records, ms } = await side.round();
  return (records / ms) * 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
