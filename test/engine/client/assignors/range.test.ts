import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rangeAssignor } from '../../../../src/engine/client/assignors/range.js';

interface Round {
  readonly topics: Readonly<Record<string, number>>;
  readonly members: readonly {
    readonly id: string;
    readonly instanceId?: string;
    readonly topics: readonly string[];
  }[];
  readonly assignment: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

const games = readFileSync(new URL('../../../golden/assignors-range.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(
    (line) =>
      JSON.parse(line) as { readonly assignor: string; readonly side: string; readonly rounds: readonly Round[] },
  );

describe('rangeAssignor', () => {
  it('assigns as Kafka does in every recorded round, whatever order members and topics come in', () => {
    const rounds = games.flatMap((game) => game.rounds);
    expect(rounds.length).toBeGreaterThan(200);
    for (const round of rounds) {
      expect(play(round, (list) => [...list])).toEqual(round.assignment);
      expect(play(round, (list) => [...list].reverse())).toEqual(round.assignment);
    }
  });

  it('GRC-1 gives every partition to exactly one member', () => {
    for (const { topics, members } of games.flatMap((game) => game.rounds)) {
      const assigned = rangeAssignor.assign(new Map(Object.entries(topics)), members.map(memberOf));
      for (const [topic, count] of Object.entries(topics)) {
        if (!members.some((member) => member.topics.includes(topic))) continue;
        const all = [...assigned.values()].flatMap((assignment) => assignment.get(topic) ?? []);
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, partition) => partition));
      }
    }
  });
});

function play(round: Round, ordered: <Each>(list: readonly Each[]) => Each[]): unknown {
  const partitions = new Map(ordered(Object.entries(round.topics)));
  const assigned = rangeAssignor.assign(partitions, ordered(round.members).map(memberOf));
  return Object.fromEntries([...assigned].map(([member, assignment]) => [member, Object.fromEntries(assignment)]));
}

function memberOf(member: Round['members'][number]) {
  return { memberId: member.id, groupInstanceId: member.instanceId ?? null, topics: member.topics };
}
