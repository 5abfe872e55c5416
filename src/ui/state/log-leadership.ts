import type { LearnerState } from './learner-journal.js';

/** Which of the browser's tabs has the log. Only that one writes; the others may watch it or take over. */
export interface LogLeadership {
  /** `leading`: this tab has the log. `watching`: another has it and this one follows. `waiting`: another has it, and nobody has said what to do. */
  readonly status: LogStatus;
  /** Takes the log from the tab that has it; resolves when it is here. */
  takeOver(): Promise<void>;
  /** Follows the tab that has the log. */
  watch(): void;
  /** Calls `listener` after each change of `status`; returns what ends that. */
  onChange(listener: (status: LogStatus) => void): () => void;
  /** Calls `listener` with what is wrong if the log ends because its storage failed; returns what ends that. */
  onFailure(listener: (error: unknown) => void): () => void;
  /** Tells the watching tabs where this one stands. Does nothing unless leading. */
  publish(snapshot: TabSnapshot): void;
  /** Calls `listener` with what the leading tab tells; returns what ends that. */
  onSnapshot(listener: (snapshot: TabSnapshot) => void): () => void;
}

export type LogStatus = 'leading' | 'watching' | 'waiting';

/** What the leading tab shows. */
export interface TabSnapshot {
  /** The play that is open there (a key of `state.plays`), or undefined on another page. */
  readonly play: string | undefined;
  readonly state: LearnerState;
}
