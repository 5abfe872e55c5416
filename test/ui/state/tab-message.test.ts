import { describe, expect, test } from 'vitest';
import { readTabMessage } from '../../../src/ui/state/tab-message.js';

const play = {
  scenario: 'three-ways',
  step: 'queue',
  answers: {},
  spec: {},
  database: 'three-ways:queue',
  headMs: 0,
  seenMs: 0,
  playing: false,
  speed: 1,
  tries: 0,
};
const state = { settings: { language: 'en' }, plays: { 'three-ways': play } };
const snapshot = { play: 'three-ways', state };

describe('MSG-4 what another tab of the page says', () => {
  test('is taken if it is a message of ours', () => {
    expect(readTabMessage({ kind: 'who-leads' })).toEqual({ kind: 'who-leads' });
    expect(readTabMessage({ kind: 'snapshot', snapshot })).toEqual({ kind: 'snapshot', snapshot });
    expect(readTabMessage({ kind: 'snapshot', snapshot: { state } })).toBeDefined();
  });

  const others: readonly (readonly [unknown])[] = [
    [undefined],
    [null],
    ['who-leads'],
    [[]],
    [{ kind: 'unknown' }],
    [{ kind: 'snapshot' }],
    [{ kind: 'snapshot', snapshot: null }],
    [{ kind: 'snapshot', snapshot: { play: 7, state } }],
    [{ kind: 'snapshot', snapshot: { play: 'three-ways' } }],
    [{ kind: 'snapshot', snapshot: { state: { settings: {} } } }],
    [{ kind: 'snapshot', snapshot: { state: { ...state, plays: [play] } } }],
    [{ kind: 'snapshot', snapshot: { state: { ...state, plays: { a: null } } } }],
    ...Object.keys(play).map((field): [unknown] => [
      { kind: 'snapshot', snapshot: { state: { ...state, plays: { a: { ...play, [field]: undefined } } } } },
    ]),
    [{ kind: 'snapshot', snapshot: { state: { ...state, plays: { a: { ...play, headMs: NaN } } } } }],
  ];
  test.each(others)('is passed over if it is not: %j', (message) => {
    expect(readTabMessage(message)).toBeUndefined();
  });
});
