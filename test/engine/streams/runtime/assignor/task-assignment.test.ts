import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignTasks,
  type AssignableTask,
  type AssignedClient,
} from '../../../../../src/engine/streams/runtime/assignor/task-assignment.js';

const task = (id: string, isStateful = false): AssignableTask => ({ id, isStateful });
const client = (memberId: string, active: string[] = [], warm: string[] = active): AssignedClient => ({
  memberId,
  active: new Set(active),
  warm: new Set(warm),
});
const asObject = (assignment: ReadonlyMap<string, readonly string[]>) => Object.fromEntries(assignment);

describe('how tasks are shared out', () => {
  it('leaves a task where it runs, and moves no more than it must', () => {
    const tasks = ['0_0', '0_1', '0_2', '0_3'].map((id) => task(id, true));
    const { active } = assignTasks(tasks, [client('a', ['0_0', '0_1', '0_2', '0_3']), client('b')], 0);
    expect(asObject(active)).toEqual({ a: ['0_0', '0_1'], b: ['0_2', '0_3'] });
  });

  it('gives a task that nobody runs to whoever has its state', () => {
    const tasks = ['0_0', '0_1'].map((id) => task(id, true));
    const { active } = assignTasks(tasks, [client('a', [], ['0_1']), client('b')], 0);
    expect(asObject(active)).toEqual({ a: ['0_1'], b: ['0_0'] });
  });

  it('evens out the tasks with a state before the others', () => {
    const tasks = [task('0_0'), task('0_1'), task('1_0', true), task('1_1', true)];
    const { active } = assignTasks(tasks, [client('a', ['1_0', '1_1']), client('b', ['0_0', '0_1'])], 0);
    expect(asObject(active)).toEqual({ a: ['1_0', '0_1'], b: ['1_1', '0_0'] });
  });

  it('puts standbys of tasks with a state elsewhere, first where the state is', () => {
    const tasks = [task('0_0', true), task('1_0')];
    const { standby } = assignTasks(tasks, [client('a', ['0_0']), client('b'), client('c', ['1_0'], ['0_0'])], 1);
    expect(asObject(standby)).toEqual({ a: [], b: [], c: ['0_0'] });
  });

  it('always: each task once, nobody two more than another, standbys beside their task, what fits stays', () => {
    const ids = Array.from({ length: 12 }, (_, at) => `${at % 3}_${Math.floor(at / 3)}`);
    const clients = fc.uniqueArray(
      fc.record({ memberId: fc.constantFrom('a', 'b', 'c', 'd'), active: fc.subarray(ids), warm: fc.subarray(ids) }),
      { selector: ({ memberId }) => memberId, minLength: 1 },
    );
    fc.assert(
      fc.property(fc.subarray(ids, { minLength: 1 }), clients, fc.nat(2), (names, given, replicas) => {
        const tasks = names.map((id) => task(id, id.startsWith('0')));
        const members = given.map(({ memberId, active, warm }) => client(memberId, active, warm));
        const { active, standby } = assignTasks(tasks, members, replicas);
        expect([...active.values()].flat().sort()).toEqual([...names].sort());
        const sizes = [...active.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const [memberId, copies] of standby)
          for (const copy of copies) expect(active.get(memberId)).not.toContain(copy);
        const stateful = tasks.filter(({ isStateful }) => isStateful);
        expect([...standby.values()].flat().length).toBe(stateful.length * Math.min(replicas, members.length - 1));
        // Asked again, with everybody where they were put, nothing moves.
        const settled = members.map(({ memberId }) => client(memberId, [...(active.get(memberId) ?? [])]));
        expect(asObject(assignTasks(tasks, settled, 0).active)).toEqual(
          Object.fromEntries(
            [...active].map(([memberId, own]) => [memberId, expect.arrayContaining([...own]) as unknown]),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });
});
