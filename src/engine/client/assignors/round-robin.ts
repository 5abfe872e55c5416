import type { Assignor, MemberSubscription } from './assignor.js';
import { compareMembers, compareText } from '../../protocol/member-order.js';

/** Kafka's `RoundRobinAssignor`: the partitions of all topics in order, one to each member in turn, passing over those that do not subscribe to the topic. */
export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  protocols: ['eager'],
  assign(partitions, members) {
    const assignments = new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]));
    const ordered = [...members].sort(compareMembers);
    let turn = 0;
    for (const [topic, count] of [...partitions].sort(([a], [b]) => compareText(a, b))) {
      if (!ordered.some(({ topics }) => topics.includes(topic))) continue;
      for (let partition = 0; partition < count; partition += 1) {
        while (!(ordered[turn] as MemberSubscription).topics.includes(topic)) turn = (turn + 1) % ordered.length;
        const given = assignments.get((ordered[turn] as MemberSubscription).memberId) as Map<string, number[]>;
        const ofTopic = given.get(topic);
        if (ofTopic === undefined) given.set(topic, [partition]);
        else ofTopic.push(partition);
        turn = (turn + 1) % ordered.length;
      }
    }
    return assignments;
  },
};
