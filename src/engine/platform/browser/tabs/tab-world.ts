import type { Environment } from '../../../environment/trace-events.js';
import type { Locks } from './leader-lock.js';
import type { LeaderMark } from './leader-mark.js';

/** What a tab's worker needs of its browser to find the others. */
export interface TabWorld {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'>;
  readonly locks: Locks;
  /** Whether these locks are not shared with other tabs. */
  readonly isAlone: boolean;
  /** The lock that this worker holds for as long as it lives. */
  readonly life: string;
  /** Where tabs find a hub if the leader is here; undefined if this browser has none. */
  readonly hub: string | undefined;
  /** A port to the hub of that leader; undefined if there is none or it can't be reached from here. */
  openHub(mark: LeaderMark): Promise<MessagePort | undefined>;
  /** A channel that all tabs hear which open it under the same name. */
  openBroadcast(name: string): Pick<BroadcastChannel, 'onmessage' | 'postMessage' | 'close'>;
  openChannel(): MessageChannel;
  /** A name that nobody else has. */
  newId(): string;
}
