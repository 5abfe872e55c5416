import type { Anomaly } from './anomaly.js';
import type { HistoryEvent, PartitionName } from './history.js';
import type { HistoryIndex } from './history-index.js';
import { PutOut } from './put-out.js';

export type CommitEvent = Extract<HistoryEvent, { f: 'commit' }>;

/** The commits as the broker saw them if the history has that, else as the clients did. */
export function exactCommits(events: readonly HistoryEvent[]): readonly CommitEvent[] {
  const commits = events.filter((event): event is CommitEvent => event.f === 'commit');
  const atBroker = commits.filter(({ r }) => r === 'b');
  return atBroker.length > 0 ? atBroker : commits;
}

/** A commit that went back behind one that had been accepted before it was begun, though nobody asked for that. */
export function commitRegressions({ history }: HistoryIndex): readonly Anomaly[] {
  const accepted = new Map<string, { readonly offset: number; readonly line: number }>();
  const begun = new Map<number, ReadonlyMap<string, { readonly offset: number; readonly line: number }>>();
  const found: Anomaly[] = [];
  for (const event of exactCommits(history.events)) {
    if (event.e === 'inv') begun.set(event.op, new Map(accepted));
    if (event.e !== 'ok') continue;
    const before = begun.get(event.op) ?? new Map(accepted);
    for (const [partition, offset] of Object.entries(event.offs)) {
      const name = nameOf(event.g, partition);
      const last = before.get(name);
      if (last !== undefined && offset < last.offset && event.rewind !== true)
        found.push({
          name: 'commit-regression',
          message: `Group ${event.g} committed ${offset} in ${partition} after ${last.offset}.`,
          evidence: [last.line, event.i],
        });
      accepted.set(name, { offset, line: event.i });
    }
  }
  return found;
}

/** A commit that the broker accepted of a member which had been put out, or for a partition that another member holds. What it had accepted before may become durable later. */
export function zombieCommits({ history }: HistoryIndex): readonly Anomaly[] {
  const holders = new Map<string, { readonly member: string; readonly line: number; readonly t: number }>();
  const putOut = new PutOut();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    if (event.e !== 'ok') continue;
    putOut.note(event);
    switch (event.f) {
      case 'assigned':
        if (!putOut.has(event.m))
          for (const partition of Object.keys(event.tps))
            holders.set(nameOf(event.g, partition), { member: event.m, line: event.i, t: event.t });
        break;
      case 'revoked':
      case 'lost':
        for (const partition of event.tps)
          if (holders.get(nameOf(event.g, partition))?.member === event.m) holders.delete(nameOf(event.g, partition));
        break;
      case 'commit': {
        const { m, g, r } = event;
        if (r !== 'b' || m === undefined || m === '') break;
        const fence = putOut.fenceOf(m);
        const out = fence && { line: fence.i, t: fence.t };
        for (const partition of Object.keys(event.offs)) {
          const holder = holders.get(nameOf(g, partition));
          const before = out ?? (holder?.member === m ? undefined : holder);
          if (before === undefined || !isAcceptedAfter(event, before.t)) continue;
          found.push({
            name: 'zombie-commit',
            message: `A commit of ${m} for ${partition} was accepted in group ${g}, which ${out === undefined ? `${holder?.member ?? 'nobody'} held` : 'had put it out'}.`,
            evidence: [before.line, event.i],
          });
        }
      }
    }
  }
  return found;
}

/** Whether the broker accepted a commit after what stands before it in the history, and not only made it durable. */
function isAcceptedAfter({ at, t }: CommitEvent, before: number): boolean {
  return at === undefined || at === t || at > before;
}

/**
 * A commit beyond what the member had been given (`commit-beyond-poll`), or, where its client commits by itself, beyond what it had been given before its last
 * poll (`committed-too-far`): what that returned may not have been looked at yet.
 */
export function commitsBeyondPolls({ history }: HistoryIndex): readonly Anomaly[] {
  const processes = new Map<string, string>();
  const delivered = new Map<string, { readonly next: number; readonly line: number }>();
  const lastPoll = new Map<string, number>();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    switch (event.f) {
      case 'assigned':
        processes.set(event.m, event.p);
        for (const [partition, start] of Object.entries(event.tps)) {
          delivered.set(nameOf(event.p, partition), { next: start, line: event.i });
          lastPoll.delete(nameOf(event.p, partition));
        }
        break;
      case 'seek':
        delivered.set(nameOf(event.p, event.tp), { next: event.off, line: event.i });
        lastPoll.delete(nameOf(event.p, event.tp));
        break;
      case 'poll': {
        // Who asks for more has looked at what came before.
        if (event.e === 'inv')
          for (const name of [...lastPoll.keys()]) if (name.startsWith(`${event.p} `)) lastPoll.delete(name);
        if (event.e !== 'ok') break;
        const first = new Map<PartitionName, number>();
        for (const [partition, offset] of event.recs ?? []) {
          if (!first.has(partition)) first.set(partition, offset);
          delivered.set(nameOf(event.p, partition), { next: offset + 1, line: event.i });
        }
        for (const name of [...lastPoll.keys()]) if (name.startsWith(`${event.p} `)) lastPoll.delete(name);
        for (const [partition, offset] of first) lastPoll.set(nameOf(event.p, partition), offset);
        break;
      }
      case 'commit': {
        if (event.e !== 'ok' || event.rewind === true) break;
        const process = event.r === 'b' ? processes.get(event.m ?? '') : event.p;
        if (process === undefined) break;
        for (const [partition, offset] of Object.entries(event.offs)) {
          const position = delivered.get(nameOf(process, partition));
          if (position === undefined) continue;
          const limit = event.auto === true ? lastPoll.get(nameOf(process, partition)) : undefined;
          if (offset > position.next)
            found.push({
              name: 'commit-beyond-poll',
              message: `${process} committed ${offset} in ${partition} and had been given records up to ${position.next} only.`,
              evidence: [position.line, event.i],
            });
          else if (limit !== undefined && offset > limit)
            found.push({
              name: 'committed-too-far',
              message: `${process} committed ${offset} in ${partition} by itself, though its last poll began at ${limit}.`,
              evidence: [position.line, event.i],
            });
        }
      }
    }
  }
  return found;
}

/** A group that has committed in a partition, and is told that it has not. What `expire`d may be gone. */
export function vanishedCommits({ history }: HistoryIndex): readonly Anomaly[] {
  const committed = new Map<string, number>();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    if (event.e !== 'ok') continue;
    if (event.f === 'commit')
      for (const partition of Object.keys(event.offs)) committed.set(nameOf(event.g, partition), event.i);
    if (event.f === 'expire' && event.what === 'offsets')
      for (const name of [...committed.keys()]) if (name.startsWith(`${event.who} `)) committed.delete(name);
    if (event.f !== 'committed') continue;
    for (const partition of event.tps) {
      const line = committed.get(nameOf(event.g, partition));
      if (line === undefined || event.offs?.[partition] !== undefined) continue;
      found.push({
        name: 'committed-vanished',
        message: `Group ${event.g} has committed in ${partition}, and was told that it has not.`,
        evidence: [line, event.i],
      });
    }
  }
  return found;
}

const nameOf = (owner: string, partition: PartitionName): string => `${owner} ${partition}`;
