/** An entry of Kafka's map: an MD5 hash and an offset (`SkimpyOffsetMap`). */
const bytesPerEntry = 24;
/** How full the map may get (`log.cleaner.io.buffer.load.factor`). */
const loadFactor = 0.9;

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
};

/** The latest offset of each key in the dirty part of a log. Holds as many keys as Kafka's map of the same size, so that a round ends where Kafka's does. */
export class OffsetMap {
  private readonly offsets = new Map<string, number>();
  private readonly mostKeys: number;
  private latest = -1;

  constructor(dedupeBufferBytes: number) {
    this.mostKeys = Math.floor(Math.floor(dedupeBufferBytes / bytesPerEntry) * loadFactor);
  }

  /** The offset up to which the log is in here. */
  get latestOffset(): number {
    return this.latest;
  }

  /** Whether no more can be put in; asked before each record, also for a key that is here. */
  get isFull(): boolean {
    return this.offsets.size >= this.mostKeys;
  }

  put(key: Uint8Array, offset: number): void {
    this.offsets.set(latin1(key), offset);
    this.latest = offset;
  }

  /** -1 for a key that is not here. */
  get(key: Uint8Array): number {
    return this.offsets.get(latin1(key)) ?? -1;
  }

  advanceTo(offset: number): void {
    this.latest = offset;
  }
}
