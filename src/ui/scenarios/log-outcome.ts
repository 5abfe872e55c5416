import type { LogRunSpec } from '../../engine/scenario/log-run-spec.js';
import type { LogRecordView, LogRunView } from '../../engine/scenario/log-run-view.js';
import type { Question, Scenario } from './scenario.js';
import type { ScenarioTexts } from './scenario-texts.js';

/** A scenario on one partition's log. */
export type LogScenario<StepId extends string = string, QuestionId extends string = string> = Scenario<
  StepId,
  QuestionId,
  LogRunSpec,
  LogRunView
>;
export type LogQuestion = Question<LogRunSpec, LogRunView>;
export type LogScenarioTexts<StepId extends string = string, QuestionId extends string = string> = ScenarioTexts<
  StepId,
  QuestionId,
  LogRunSpec,
  LogRunView
>;

/** Whether the log held a record at a moment, from a view at that moment or later. */
export function heldAt({ records }: LogRunView, offset: number, atMs: number): boolean {
  const record = records.find((each) => each.offset === offset);
  return (
    record !== undefined && record.appendedAtMs <= atMs && (record.goneAtMs === undefined || record.goneAtMs > atMs)
  );
}

/** The offsets that the log held at a moment. */
export function offsetsAt(outcome: LogRunView, atMs: number): readonly number[] {
  return outcome.records.map(({ offset }) => offset).filter((offset) => heldAt(outcome, offset, atMs));
}

/** The record at an offset; throws if the run has none. */
export function recordAt({ records }: LogRunView, offset: number): LogRecordView {
  const record = records.find((each) => each.offset === offset);
  if (record === undefined) throw new Error(`The run has no record at offset ${offset}; it has ${records.length}.`);
  return record;
}

/** `spec` with some of the topic's configs changed. */
export function withConfig(spec: LogRunSpec, config: LogRunSpec['config']): LogRunSpec {
  return { ...spec, config: { ...spec.config, ...config } };
}
