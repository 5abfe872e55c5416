import type { BrokerView, WatchedTopic } from '../../engine/scenario/broker-watch.js';
import type { WatchedRecord } from '../../engine/scenario/watched-partition.js';
import { watchBroker } from '../../entry/watch-broker.js';
import { LastingMarks, type KeyMark } from '../components/key-marks.js';

/** A broker in another process, as the page sees it. */
export class ServedBroker {
  view = $state.raw<BrokerView>();
  /** Why there is no news of it. */
  problem = $state<string>();
  readonly topics: readonly WatchedTopic[] = $derived(this.view?.topics ?? []);
  readonly records: readonly WatchedRecord[] = $derived(this.view?.records ?? []);
  private readonly marks = new LastingMarks();
  private readonly stopWatching: () => void;

  /** `url`: where its WebSocket is. */
  constructor(
    readonly url: string,
    watch: typeof watchBroker = watchBroker,
  ) {
    this.stopWatching = watch(
      url,
      (view) => {
        this.view = view;
        this.problem = undefined;
      },
      (error) => (this.problem = error.message),
    );
  }

  stop(): void {
    this.stopWatching();
  }

  /** The colour and pattern of a record's key: 0 for none, and for keys that came late. */
  mark(record: number): KeyMark {
    return this.marks.of(this.records[record]?.key ?? null);
  }

  /** The end of its key: cells have room for little. */
  label(record: number): string {
    const key = this.records[record]?.key ?? null;
    return key === null ? '·' : (/[^\s:_/.-]+$/.exec(key)?.[0] ?? key).slice(-3);
  }
}

/** The broker that serves the page itself listens where the page comes from. */
export function socketUrlOf({ protocol, host }: Pick<Location, 'protocol' | 'host'>): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/`;
}
