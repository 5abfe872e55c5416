import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import type { ComponentTexts } from './component-texts.js';
import type { Selection } from './stage-props.js';
import type { TickRow } from './timeline-ticks.js';

/** `LaneTable`: one lane as real tables, the same data as the stage draws. */
export interface LaneTableProps {
  readonly spec: RunSpec;
  readonly view: RunView;
  readonly lane: LaneId;
  readonly selected: Selection | null;
  readonly revealVerdicts: boolean;
  readonly texts: ComponentTexts;
  readonly label: (record: number) => string;
  readonly onSelect: (selection: Selection | null) => void;
}

/** `Timeline`: the strip below the stage. */
export interface TimelineProps {
  /** What happened, a row a kind, as far as it was seen: what lies after the head is drawn paler. */
  readonly rows: readonly TickRow[];
  /** Where the head stands. */
  readonly atMs: number;
  /** What the strip spans. */
  readonly endMs: number;
  /** The head cannot be moved beyond this (undefined: anywhere up to `endMs`). */
  readonly limitMs?: number;
  readonly texts: ComponentTexts;
  /** The head was moved, by pointer or key; called for every step of a drag. */
  readonly onScrub: (ms: number) => void;
  readonly onScrubStart?: () => void;
  readonly onScrubEnd?: () => void;
}

/** `Controls`: step, play, speed, time. */
export interface ControlsProps {
  readonly playing: boolean;
  readonly atMs: number;
  readonly speed: number;
  /** What the list of speeds offers; 0.1 to 100 by default. */
  readonly speeds?: readonly number[];
  readonly canStepBack: boolean;
  readonly canStepForward: boolean;
  readonly canPlay: boolean;
  /** True by default. */
  readonly canChangeSpeed?: boolean;
  readonly texts: ComponentTexts;
  readonly onPlayPause: () => void;
  readonly onStepBack: () => void;
  readonly onStepForward: () => void;
  readonly onSpeed: (factor: number) => void;
}

/** One named value of a selected record, already in words. */
export interface InspectorField {
  readonly name: string;
  readonly value: string;
  /** Offsets, keys and bytes are set in the monospaced face. */
  readonly monospaced?: boolean;
}

/** One link in the chain of causes, from the newest back to a command. */
export interface WhyStep {
  readonly text: string;
  /** Index of the trace event that it tells of. */
  readonly event: number;
  /** Its moment; the step is a button that goes there if `onGoTo` is given. */
  readonly atMs: number | undefined;
}

/** `Inspector`: the selected record, every field of it. A drawer where there is no room beside the stage. */
export interface InspectorProps {
  /** Undefined: nothing is selected. */
  readonly subject: InspectorSubject | undefined;
  /** The mark of its key (`markOfRecords`); grey without. */
  readonly mark?: number;
  readonly texts: ComponentTexts;
  /** As a drawer it lies over the page and has a button that closes it. */
  readonly drawer?: boolean;
  readonly onClose?: () => void;
  readonly onGoTo?: (atMs: number, event: number) => void;
}

/** What the inspector shows: a record, or something else that has fields and causes. */
export interface InspectorSubject {
  readonly title: string;
  /** The record itself, drawn before the title. */
  readonly chip?: { readonly label: string; readonly key: string | null };
  readonly fields: readonly InspectorField[];
  /** The value as text; null for a tombstone, absent where there is none or while it is read. */
  readonly value?: string | null | undefined;
  /** The bytes of the value as they are stored; absent while they are read or when nothing is stored. */
  readonly bytes?: Uint8Array | null | undefined;
  readonly batch: readonly InspectorField[];
  /** Empty before the question is answered. */
  readonly why: readonly WhyStep[];
}

/** `Ledger`: who got what, how often, and whether sequence was kept. Draws nothing while `revealVerdicts` is false. */
export interface LedgerProps {
  readonly spec: RunSpec;
  readonly view: RunView;
  readonly lanes: readonly LaneId[];
  readonly revealVerdicts: boolean;
  readonly texts: ComponentTexts;
  readonly label: (record: number) => string;
  readonly onSelect: (selection: Selection | null) => void;
  /** A piece of evidence was chosen: go to its moment. */
  readonly onGoTo: (atMs: number) => void;
}

/** One line of the event log. */
export interface LogLine {
  readonly id: number | string;
  readonly atMs: number | undefined;
  readonly text: string;
}

/** `Live`: the event log in plain words, and the polite live region that reads `announcement` whenever it changes. */
export interface LiveProps {
  readonly announcement: string;
  readonly lines: readonly LogLine[];
  readonly texts: ComponentTexts;
  /** The log is shown; the live region is always there. */
  readonly logShown: boolean;
  readonly onGoTo?: (atMs: number) => void;
}
