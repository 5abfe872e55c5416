import { beforeAll, expect, test } from 'vitest';
import { settle } from '../../../src/engine/platform/node/settle.js';
import type { GroupRunProjector } from '../../../src/engine/scenario/group-run-projector.js';
import { sendsOf } from '../../../src/ui/scenarios/group-outcome.js';
import { groupSentenceOf, membersById } from '../../../src/ui/state/group-sentences.js';
import { labelRecords } from '../../../src/ui/state/record-labels.js';
import { groupTextsOf } from '../../../src/ui/texts/group-languages.js';
import type { Language } from '../../../src/ui/texts/languages.js';
import { playedGroups, takeOver } from '../fixtures/group-runs.js';

let run: GroupRunProjector;

beforeAll(async () => {
  run = await playedGroups(takeOver, settle);
});

function sentences(language: Language): readonly string[] {
  const ids = membersById(run.trace);
  const { topics } = run.viewAt(takeOver.endsAtMs);
  return run.trace.flatMap(
    (event) =>
      groupSentenceOf(event, {
        texts: groupTextsOf(language).events,
        spec: takeOver,
        label: labelRecords(sendsOf(takeOver)),
        memberOf: (id) => ids.get(id) ?? id,
        recordsAt: (topic, partition, from, to) =>
          (topics.find((each) => each.topic === topic)?.partitions[partition]?.cells ?? [])
            .filter(({ offset }) => offset >= from && offset <= to)
            .map(({ record }) => record),
      }) ?? [],
  );
}

test('a take-over is told from the kill to the record that is handled again', () => {
  const told = sentences('en').join('\n');
  expect(told).toMatch(
    /A-1 crashes\.[^]*Group A takes A-1 out: no heartbeat within its session\.\nGroup A is preparing rebalance \(generation 2\): the session of A-1 expired\.[^]*A-2 gets p0 and p1 in generation 3\.\nA-2 begins 1b \(p0, offset 1\)\./,
  );
  expect(told).toContain('Refused: orders: 1 partition. INVALID_PARTITIONS: ');
  expect(told).toContain('Refused: reset A to offset 0 on p0. UNKNOWN_MEMBER_ID: ');
});

test('no sentence names a member by the id that the coordinator gave it, and none is told twice in one language', () => {
  const [english, chinese] = [sentences('en'), sentences('zh-Hans')];
  expect(english).toHaveLength(chinese.length);
  for (const sentence of [...english, ...chinese]) {
    expect(sentence).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|undefined/);
  }
  expect(english.filter((sentence) => chinese.includes(sentence))).toEqual([]);
});
