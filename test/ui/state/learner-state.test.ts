import { describe, expect, test } from 'vitest';
import { journalNumber, journalTopic, lastJournal } from '../../../src/ui/state/journal-topic.js';
import { readLearnerState } from '../../../src/ui/state/learner-state.js';

const settings = { language: 'en', theme: 'dark', presenter: true, singleKeys: false };
const play = {
  ...{
    scenario: 'three-ways',
    step: 'records',
    database: 'd',
    spec: {},
    answers: { a: { chosen: ['x'] }, b: { skipped: true } },
  },
  ...{ headMs: 1, seenMs: 2, speed: 1, tries: 0, playing: false },
};

describe('a learner’s state from a file', () => {
  test('is what it says if it can be one', () => {
    const state = { settings, plays: { 'three-ways': play } };
    expect(readLearnerState(state)).toBe(state);
    const later = { settings, plays: { 'of-a-later-version': 7 } };
    expect(readLearnerState(later)).toBe(later);
  });

  test.each([
    null,
    'text',
    { plays: {} },
    { settings, plays: null },
    { settings: { ...settings, language: 'xx' }, plays: {} },
    { settings: { ...settings, theme: 'javascript:' }, plays: {} },
    { settings: { ...settings, presenter: 'yes' }, plays: {} },
    ...[
      ['step', 7],
      ['headMs', '1'],
      ['seenMs', null],
      ['speed', undefined],
      ['playing', 0],
      ['spec', null],
      ['answers', { a: 'x' }],
      ['answers', { a: { chosen: [1] } }],
    ].map(([field, value]) => ({ settings, plays: { retention: { ...play, [field as string]: value } } })),
  ])('is none: %j', (value) => {
    expect(readLearnerState(value)).toBeUndefined();
  });
});

test('journals are numbered, and the last one counts', () => {
  for (const number of [1, 2, 10, 123_456]) expect(journalNumber(journalTopic(number))).toBe(number);
  for (const other of [
    '',
    'learners',
    'learner-',
    'learner-0',
    'learner-1',
    'learner-02',
    'x-learner-2',
    'learner-1e3',
  ])
    expect(journalNumber(other)).toBe(0);
  expect(lastJournal(['learner-10', 'orders', 'learner-9', 'learner'])).toBe('learner-10');
  expect(lastJournal(['orders'])).toBeUndefined();
});
