import type {
  Assignment,
  AssignmentWithData,
  Assignor,
  MemberSubscription,
} from '../../../client/assignors/assignor.js';
import { StreamsError } from '../../streams-error.js';
import type { PlannedTask, TopicPlan } from '../topic-plan.js';
import {
  decodeAssignmentData,
  decodeSubscriptionData,
  encodeAssignmentData,
  encodeSubscriptionData,
  type AssignmentData,
  type ClientTasks,
} from './assignor-data.js';
import { assignTasks, type TaskAssignment } from './task-assignment.js';

export interface StreamsAssignorOptions {
  readonly server: string | null;
  readonly standbyReplicas: number;
  /** For the leader: makes sure that the internal topics are there, and tells the tasks. */
  readonly plan: () => Promise<TopicPlan>;
  /** The tasks whose state this instance keeps beside those that it runs. */
  readonly standbyTasks: () => readonly string[];
  /** Whether this instance wants the whole application to end. */
  readonly wantsShutdown: () => boolean;
  /** Hears what the leader said, before the partitions are taken over. */
  readonly onAssignment: (data: AssignmentData) => void;
}

/**
 * Shares out an application's tasks in its group, as Kafka's `StreamsPartitionAssignor` does: a task's partitions go to one member together. Cooperative: a task that
 * is to move is withheld until its owner has given it up, and tasks that stay go on meanwhile.
 */
export function streamsAssignor(options: StreamsAssignorOptions): Assignor {
  return {
    name: 'partita-streams',
    protocols: ['cooperative'],
    userData: () =>
      encodeSubscriptionData({
        standby: options.standbyTasks(),
        server: options.server,
        wantsShutdown: options.wantsShutdown(),
      }),
    assign() {
      throw new StreamsError('IllegalStateException', 'Tasks are assigned by assignWithData.');
    },
    async assignWithData(_partitions, members) {
      if (members.some(({ userData }) => decodeSubscriptionData(userData).wantsShutdown))
        return refused(
          new StreamsError('ShutdownRequested', 'An instance of the application has asked all of them to shut down.'),
          members,
        );
      try {
        return assigned(await options.plan(), members, options.standbyReplicas);
      } catch (error) {
        // What the topology or its topics are to blame for ends the application everywhere; for the rest the leader tries again.
        if (error instanceof StreamsError) return refused(error, members);
        throw error;
      }
    },
    onAssignment(_assigned, userData) {
      options.onAssignment(decodeAssignmentData(userData));
    },
  };
}

function assigned(
  { tasks }: TopicPlan,
  members: readonly MemberSubscription[],
  standbyReplicas: number,
): ReadonlyMap<string, AssignmentWithData> {
  const owners = ownersOf(tasks, members);
  const clients = members.map(({ memberId, userData }) => {
    const { standby, server } = decodeSubscriptionData(userData);
    const active = new Set(tasks.map(({ id }) => id).filter((task) => owners.get(task) === memberId));
    return { memberId, server, active, warm: new Set([...active, ...standby]) };
  });
  const target = assignTasks(tasks, clients, standbyReplicas);
  /** A task that another still runs is given to nobody yet. */
  const isFree = (task: string, memberId: string): boolean => (owners.get(task) ?? memberId) === memberId;
  const told = clients.map(({ memberId, server }): ClientTasks => {
    const active = ofMember(target.active, memberId).filter((task) => isFree(task, memberId));
    return { memberId, server, active, standby: ofMember(target.standby, memberId) };
  });
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return new Map(
    told.map(({ memberId, active, standby }) => {
      const partitions = partitionsOf(active.map((task) => byId.get(task) as PlannedTask));
      const userData = encodeAssignmentData({ standby, clients: told, error: null });
      return [memberId, { partitions, userData }];
    }),
  );
}

/** Who runs which task now. Where two say so, one of them has not heard that it lost it: its generation is older. */
function ownersOf(tasks: readonly PlannedTask[], members: readonly MemberSubscription[]): ReadonlyMap<string, string> {
  const byPartition = new Map(
    tasks.flatMap((task) => task.topics.map((topic) => [`${topic}-${task.partition}`, task.id] as const)),
  );
  const owners = new Map<string, string>();
  for (const { memberId, owned } of [...members].sort((a, b) => a.generationId - b.generationId))
    for (const [topic, partitions] of owned)
      for (const partition of partitions) {
        const task = byPartition.get(`${topic}-${partition}`);
        if (task !== undefined) owners.set(task, memberId);
      }
  return owners;
}

function ofMember(assignment: TaskAssignment['active'], memberId: string): readonly string[] {
  return assignment.get(memberId) ?? [];
}

function partitionsOf(tasks: readonly PlannedTask[]): Assignment {
  const partitions = new Map<string, number[]>();
  for (const { topics, partition } of tasks)
    for (const topic of topics) partitions.set(topic, [...(partitions.get(topic) ?? []), partition]);
  return partitions;
}

/** Everybody keeps what it has, and is told why there is no more. */
function refused(
  { name, message }: StreamsError,
  members: readonly MemberSubscription[],
): ReadonlyMap<string, AssignmentWithData> {
  const userData = encodeAssignmentData({ standby: [], clients: [], error: { name, message } });
  return new Map(members.map(({ memberId, owned }) => [memberId, { partitions: owned, userData }]));
}
