import type { StreamsRunSpec } from '../../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import type { ComponentTexts } from '../component-texts.js';
import type { KeyMark } from '../key-marks.js';
import type { StreamsTexts } from './streams-texts.js';

/** What is picked out of a run of applications. Events are indexes of the trace. */
export type StreamsSelection =
  | { readonly kind: 'record'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly kind: 'processed'; readonly application: string; readonly task: string; readonly event: number }
  /** A stretch in which an instance had a task. */
  | { readonly kind: 'span'; readonly application: string; readonly task: string; readonly event: number }
  | { readonly kind: 'life'; readonly application: string; readonly instance: string; readonly event: number }
  | {
      readonly kind: 'row';
      readonly application: string;
      readonly task: string | null;
      readonly store: string;
      readonly row: string;
    }
  | { readonly kind: 'node'; readonly application: string; readonly node: string }
  | { readonly kind: 'action'; readonly step: number };

/** Whether two selections are of the same thing. */
export function isSameStreamsPick(one: StreamsSelection | null, other: StreamsSelection): boolean {
  return one !== null && JSON.stringify(one) === JSON.stringify(other);
}

/** What the stage of streams applications draws and what it says back. */
export interface StreamsStageProps {
  readonly spec: StreamsRunSpec;
  readonly picture: StreamsRunView;
  /** What the axis of time spans. */
  readonly axisEndMs: number;
  readonly selected: StreamsSelection | null;
  /** False: no reason is told. */
  readonly reveal: boolean;
  readonly texts: ComponentTexts;
  readonly words: StreamsTexts;
  readonly mark: (key: string | null) => KeyMark;
  readonly onSelect: (selection: StreamsSelection | null) => void;
}

/** What every part of the stage shares. */
export interface StreamsDrawing extends StreamsStageProps {
  /** Prefix of the ids of patterns. */
  readonly id: string;
  readonly labelPx: number;
  readonly tabStop: string | undefined;
  readonly fill: (mark: KeyMark) => string;
  readonly choose: (id: string, selection: StreamsSelection) => void;
  readonly press: (event: KeyboardEvent, id: string, selection: StreamsSelection) => void;
  readonly focus: (id: string) => void;
}

/** What makes an element a button of the stage, in one row of the focus grid. It is called by what is in it unless it has a name. */
export function streamsButton(drawing: StreamsDrawing, row: string, selection: StreamsSelection, name?: string) {
  const id = `${row} ${JSON.stringify(selection)}`;
  return {
    role: 'button',
    tabindex: drawing.tabStop === id ? 0 : -1,
    'aria-label': name,
    'aria-pressed': isSameStreamsPick(drawing.selected, selection),
    'data-row': row,
    'data-focus': id,
    onclick: () => drawing.choose(id, selection),
    onkeydown: (event: KeyboardEvent) => drawing.press(event, id, selection),
    onfocus: () => drawing.focus(id),
  } as const;
}
