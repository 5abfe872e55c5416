import { isPlayName } from './play.js';
import type { LearnerSettings, LearnerState, PlayState } from './learner-journal.js';

/** A state as it was stored, or as a file says; undefined if it can't be one. What a later version keeps of plays that this one does not know is kept as it is. */
export function readLearnerState(value: unknown): LearnerState | undefined {
  const { settings, plays } = fieldsOf(value);
  if (!isSettings(settings) || !isObject(plays)) return undefined;
  const known = Object.entries(plays).filter(([name]) => isPlayName(name));
  return known.every(([, state]) => isPlayState(state)) ? (value as LearnerState) : undefined;
}

function isSettings(value: unknown): value is LearnerSettings {
  const { language, theme, presenter, singleKeys } = fieldsOf(value);
  return (
    (language === 'en' || language === 'zh-Hans') &&
    (theme === 'auto' || theme === 'light' || theme === 'dark') &&
    typeof presenter === 'boolean' &&
    typeof singleKeys === 'boolean'
  );
}

function isPlayState(value: unknown): value is PlayState {
  const state = fieldsOf(value);
  const texts = [state['scenario'], state['step'], state['database']];
  const numbers = [state['headMs'], state['seenMs'], state['speed'], state['tries']];
  return (
    texts.every((text) => typeof text === 'string') &&
    numbers.every((number) => Number.isFinite(number)) &&
    typeof state['playing'] === 'boolean' &&
    isObject(state['spec']) &&
    isObject(state['answers']) &&
    Object.values(state['answers']).every(isAnswer)
  );
}

function isAnswer(value: unknown): boolean {
  const { chosen, skipped } = fieldsOf(value);
  return skipped === true || (Array.isArray(chosen) && chosen.every((option) => typeof option === 'string'));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
