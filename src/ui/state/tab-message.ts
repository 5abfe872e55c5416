import type { LearnerState } from './learner-journal.js';
import type { TabSnapshot } from './log-leadership.js';

/** What the tabs of the page tell each other where all of them hear it. */
export type TabMessage = { readonly kind: 'snapshot'; readonly snapshot: TabSnapshot } | { readonly kind: 'who-leads' };

/** What another tab said, if it is a message of ours: an older version of the page may be open there, and other scripts of the origin can say what they like. */
export function readTabMessage(data: unknown): TabMessage | undefined {
  const { kind, snapshot } = fieldsOf(data);
  if (kind === 'who-leads') return { kind };
  const { play, state } = fieldsOf(snapshot);
  if (kind !== 'snapshot' || (play !== undefined && typeof play !== 'string') || !isLearnerState(state))
    return undefined;
  return { kind, snapshot: { play, state } };
}

function isLearnerState(value: unknown): value is LearnerState {
  const { settings, plays } = fieldsOf(value);
  return isObject(settings) && isObject(plays) && Object.values(plays).every(isPlay);
}

function isPlay(value: unknown): boolean {
  const { scenario, step, answers, spec, database, headMs, seenMs, playing, speed, tries } = fieldsOf(value);
  return (
    [scenario, step, database].every((text) => typeof text === 'string') &&
    [headMs, seenMs, speed, tries].every(Number.isFinite) &&
    [answers, spec].every(isObject) &&
    typeof playing === 'boolean'
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
