import type { RunSpec, LaneId } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import type { ComponentTexts } from './component-texts.js';

/** What is picked out: a record, and where it was picked. The record lights up everywhere; lane and actor say which handling is meant. */
export interface Selection {
  readonly record: number;
  readonly lane?: LaneId;
  readonly actor?: string;
}

/** What the stage draws and what it says back. All times are run times in milliseconds. */
export interface StageProps {
  readonly spec: RunSpec;
  /** The moment to draw: the play head stands at `view.atMs`. */
  readonly view: RunView;
  /** The furthest moment that was reached already, when the head was moved back: what lies after the head is drawn as outlines. */
  readonly future?: RunView;
  /** A former run at the same or a later moment: drawn as dotted outlines where it differs. */
  readonly ghost?: RunView;
  /** Which lanes to show, in this sequence. */
  readonly lanes: readonly LaneId[];
  /** How much time the axis spans. A run that is longer slides under a head that stays at three quarters. */
  readonly axisEndMs: number;
  /** When the run ends, if that may be known. At most `axisEndMs`: the axis is fixed. Without it a run beyond three quarters slides. */
  readonly runEndMs?: number;
  readonly selected: Selection | null;
  /** False: no bracket, verdict, total or sentence about the outcome is anywhere in the document. */
  readonly revealVerdicts: boolean;
  readonly texts: ComponentTexts;
  /** The short name of a record, such as `1a` or `2b`. */
  readonly label: (record: number) => string;
  readonly onSelect: (selection: Selection | null) => void;
  /** The end of a bar was moved: that handling is to take so long. Without it, bars have no handles. */
  readonly onDragHandling?: (lane: LaneId, actor: string, record: number, newHandlingMs: number) => void;
  /** A sentence for the live region, such as what a key press did to a bar. */
  readonly onAnnounce?: (sentence: string) => void;
}
