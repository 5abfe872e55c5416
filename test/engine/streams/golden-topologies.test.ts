import { describe, expect, it } from 'vitest';
import { StreamsError } from '../../../src/engine/streams/streams-error.js';
import type { BuiltTopology } from '../../../src/engine/streams/topology/topology-node.js';
import type { RecordedError, RecordedTopic, StreamsCase } from './golden-case.js';
import { streamsCases, topologyCases } from './golden-case.js';
import { buildProgram } from './golden-program.js';

interface Outcome {
  readonly describe?: string;
  readonly internalTopics?: readonly RecordedTopic[];
  readonly copartition?: readonly (readonly string[])[];
  readonly error?: Pick<RecordedError, 'class' | 'message'>;
}

function outcomeOf(recorded: StreamsCase): Outcome {
  try {
    const { topology } = buildProgram(recorded);
    const built = topology.build('app');
    return {
      describe: topology.describe().toString(),
      internalTopics: internalTopicsOf(built),
      copartition: sorted(built.copartitionGroups),
    };
  } catch (error) {
    if (!(error instanceof StreamsError)) throw error;
    return { error: { class: error.name, message: error.message.split('\n')[0] ?? null } };
  }
}

function expectedOf({ error, describe: text, internalTopics, copartition }: StreamsCase): Outcome {
  if (error?.at === 'build') return { error: { class: error.class, message: error.message } };
  return { describe: text, internalTopics, copartition };
}

function internalTopicsOf({ subTopologies }: BuiltTopology): RecordedTopic[] {
  const topics = subTopologies.flatMap(({ id, repartitionTopics, changelogTopics, sourceTopics }) => [
    ...repartitionTopics.map(({ name, partitions, config }) => ({
      name,
      kind: 'repartition' as const,
      subtopology: id,
      ...(partitions === null ? {} : { partitions }),
      config,
    })),
    ...[...changelogTopics.values()].map(({ name, config }) => ({
      name,
      kind: 'changelog' as const,
      subtopology: id,
      ...(sourceTopics.includes(name) ? { isSourceTopic: true } : {}),
      config,
    })),
  ]);
  return topics.sort((a, b) => (`${a.name} ${a.kind}` < `${b.name} ${b.kind}` ? -1 : 1));
}

function sorted(groups: readonly (readonly string[])[]): string[][] {
  const text = (group: readonly string[]) => `[${group.join(', ')}]`;
  return groups.map((group) => [...group].sort()).sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

describe('Topologies of the DSL, against Kafka Streams itself', () => {
  it.each([...streamsCases(), ...topologyCases()].map((recorded) => [recorded.name, recorded] as const))(
    '%s',
    (_name, recorded) => {
      expect(outcomeOf(recorded)).toEqual(expectedOf(recorded));
    },
  );
});
