import type { ComponentTexts } from '../component-texts.js';
import type { KeyMark } from '../key-marks.js';
import type { LogRunView } from '../../../engine/scenario/log-run-view.js';

/** What is picked out of a log: a record, a segment as it is or was, a pass of the cleaner. */
export type LogSelection =
  | { readonly kind: 'record'; readonly offset: number }
  | { readonly kind: 'segment'; readonly segment: number; readonly createdAtMs: number }
  | { readonly kind: 'pass'; readonly event: number };

/** Whether two selections are of the same thing. */
export function isSameSelection(one: LogSelection | null, other: LogSelection): boolean {
  return one !== null && JSON.stringify(one) === JSON.stringify(other);
}

/** What the stage of a log draws and what it says back. */
export interface LogStageProps {
  readonly picture: LogRunView;
  /** What the axis of time spans. */
  readonly axisEndMs: number;
  readonly selected: LogSelection | null;
  /** False: no reason is told. */
  readonly reveal: boolean;
  readonly texts: ComponentTexts;
  /** Records can be picked as an answer; `picked` holds the offsets. */
  readonly picking?:
    | {
        readonly picked: readonly number[];
        readonly offered: readonly number[];
        readonly onPick: (offset: number, isOn: boolean) => void;
      }
    | undefined;
  readonly onSelect: (selection: LogSelection | null) => void;
}

/** What every part of one log's stage shares. */
export interface LogDrawing extends LogStageProps {
  readonly labelPx: number;
  readonly tabStop: string | undefined;
  readonly mark: (key: string | null) => KeyMark;
  readonly fill: (mark: KeyMark) => string;
  readonly choose: (id: string, selection: LogSelection) => void;
  readonly press: (event: KeyboardEvent, id: string, selection: LogSelection) => void;
  readonly focus: (id: string) => void;
  readonly onTrack: (row: string, reveal: (index: number) => void) => () => void;
}

/** The rows of the focus grid. */
export const logRows = { records: 'records', segments: 'segments', passes: 'passes' } as const;
