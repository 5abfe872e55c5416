import { beforeAll, expect, test } from 'vitest';
import { settle } from '../../../src/engine/platform/node/settle.js';
import type { GroupRunView } from '../../../src/engine/scenario/group-run-view.js';
import {
  groupOf,
  handlingsOf,
  memberOf,
  ownerAt,
  partitionOf,
  repeatsOf,
  sendsOf,
  trackOf,
  withGroupsShown,
} from '../../../src/ui/scenarios/group-outcome.js';
import { playedGroups, takeOver } from '../fixtures/group-runs.js';

let outcome: GroupRunView;

beforeAll(async () => {
  outcome = (await playedGroups(takeOver, settle)).viewAt(takeOver.endsAtMs);
});

test('a finished run can be asked who owned, handled and committed what', () => {
  expect(ownerAt(outcome, 'A', 0, 3_000)).toBe('A-1');
  expect(ownerAt(outcome, 'A', 1, 8_000)).toBe('A-2');
  expect(ownerAt(outcome, 'A', 0, 20_000)).toBe('A-2');
  expect(handlingsOf(outcome, 'A').map(({ member, record, attempt }) => [member, record, attempt])).toEqual([
    ['A-1', 0, 1],
    ['A-1', 1, 1],
    ['A-1', 2, 1],
    ['A-2', 3, 1],
    ['A-2', 2, 2],
  ]);
  expect(repeatsOf(outcome, 'A')).toBe(0);
  expect(memberOf(outcome, 'A-1').lives.at(-1)?.end).toBe('crashed');
  expect(partitionOf(outcome, 'A', 0)).toMatchObject({ committed: 2, lag: 0, owner: 'A-2' });
  expect(trackOf(outcome, 'orders', 1).logEndOffset).toBe(2);
  expect(sendsOf(takeOver)).toHaveLength(4);
});

test('what a run does not have is named, with what it has', () => {
  expect(() => groupOf(outcome, 'B')).toThrow("The run has no group 'B'; it has A.");
  expect(() => memberOf(outcome, 'B-1')).toThrow("The run has no member 'B-1'; it has A-1, A-2.");
});

test('a step can show some of the groups, with the topics that they read', () => {
  expect(withGroupsShown(outcome, undefined)).toBe(outcome);
  expect(withGroupsShown(outcome, ['A']).topics).toHaveLength(1);
  expect(withGroupsShown(outcome, []).topics).toEqual([]);
});
