import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';
import type { ComponentTexts } from './component-texts.js';
import type { KeyMark } from './key-marks.js';
import type { Selection } from './stage-props.js';

/** What every part of one stage shares: how records look and are called, what is selected and focused, and how it tells what was done to it. */
export interface Drawing {
  readonly spec: RunSpec;
  readonly texts: ComponentTexts;
  readonly labelPx: number;
  readonly selected: Selection | null;
  readonly revealVerdicts: boolean;
  /** The one thing on the stage that Tab leads to. */
  readonly tabStop: string | undefined;
  readonly label: (record: number) => string;
  readonly mark: (record: number) => KeyMark;
  /** The fill of a key's pattern, for the `fill` attribute. */
  readonly fill: (mark: KeyMark) => string;
  readonly choose: (target: Target) => void;
  readonly press: (event: KeyboardEvent, target: Target) => void;
  readonly focus: (target: Target) => void;
  /** A track tells how to bring one of its cells into view, and gets back how to take that back. */
  readonly onTrack: (row: string, reveal: (index: number) => void) => () => void;
}

/** Something on the stage that stands for a record. */
export interface Target {
  /** Its place in the focus grid. */
  readonly id: string;
  readonly record: number;
  readonly lane?: LaneId;
  readonly actor?: string;
  /** Set for bars: how long the handling took, or is going to take as far as the spec tells. */
  readonly handlingMs?: number;
}

/** How a record is read out. */
export function recordName(drawing: Pick<Drawing, 'spec' | 'texts' | 'label'>, record: number): string {
  const { key = null } = drawing.spec.records[record] ?? {};
  return drawing.texts.record.long(key, drawing.label(record));
}

/** Whether a record is a tombstone. */
export function hasNoValue(record: { readonly value: string | null } | undefined): boolean {
  return record !== undefined && record.value === null;
}
