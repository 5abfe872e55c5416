import { branch } from '../processors/branch.js';
import { passThrough } from '../processors/pass-through.js';
import { validName } from '../topology/resource-name.js';
import type { GraphNode } from './graph/graph-node.js';
import { KStream, processorNode } from './kstream.js';
import type { Named } from './named.js';

export interface Branched<K, V> extends Named {
  /** Called at once with the branch's stream. */
  readonly consume?: (stream: KStream<K, V>) => void;
}

/** The streams of a split by their names: that of the split and that of the branch, or its number. */
export type StreamsByName<K, V> = ReadonlyMap<string, KStream<K, V>>;

/** A stream being split (Kafka's `BranchedKStream`). */
export class BranchedKStream<K, V> {
  readonly #name: string;
  readonly #node: GraphNode;
  readonly #predicates: ((key: K, value: V) => boolean)[] = [];
  readonly #childNames: string[] = [];
  readonly #default: { name: string | null } = { name: null };
  readonly #streams = new Map<string, KStream<K, V>>();

  /** @internal */
  constructor(
    private readonly stream: KStream<K, V>,
    named: Named,
  ) {
    const { graph } = stream.part;
    this.#name = graph.names.nodeName(named.name, 'KSTREAM-BRANCH-');
    const [predicates, childNames, fallback] = [this.#predicates, this.#childNames, this.#default];
    this.#node = processorNode(this.#name, {
      get: () => branch({ predicates, childNames, defaultChildName: fallback.name }).get(),
    });
    graph.add(stream.part.node, this.#node);
  }

  /** Takes the records for which no earlier predicate held and this one does. */
  branch(predicate: (key: K, value: V) => boolean, branched: Branched<K, V> = {}): this {
    this.#predicates.push(predicate);
    this.#childNames.push(this.#attach(branched, this.#predicates.length));
    return this;
  }

  /** Takes the records for which none held. */
  defaultBranch(branched: Branched<K, V> = {}): StreamsByName<K, V> {
    this.#default.name = this.#attach(branched, 0);
    return this.#streams;
  }

  /** Those for which none held go nowhere. */
  noDefaultBranch(): StreamsByName<K, V> {
    return this.#streams;
  }

  #attach({ name: given, consume }: Branched<K, V>, index: number): string {
    const { graph } = this.stream.part;
    const name = this.#name + (given === undefined ? String(index) : validName(given));
    graph.names.processor(name);
    const node = processorNode(name, passThrough());
    graph.add(this.#node, node);
    const stream = new KStream({ ...this.stream.part, name, node });
    if (consume === undefined) this.#streams.set(name, stream);
    else consume(stream);
    return name;
  }
}

/** The predicates of a split by the branches' names. */
export type Branches<K, V> = Readonly<Record<string, (key: K, value: V) => boolean>>;

type NarrowedBy<P, K, V> = P extends ((key: K, value: V) => value is infer V2 extends V) ? V2 : V;

/** A stream for each branch, narrowed where its predicate narrows, and `default` for the rest. */
export type SplitStreams<K, V, B extends Branches<K, V>> = {
  readonly [N in keyof B]: KStream<K, NarrowedBy<B[N], K, V>>;
} & { readonly default: KStream<K, V> };

export function splitInto<K, V, const B extends Branches<K, V>>(
  stream: KStream<K, V>,
  branches: B,
  named: Named,
): SplitStreams<K, V, B> {
  const streams: Record<string, KStream<K, V>> = {};
  const keepAs = (name: string) => ({ consume: (branchStream: KStream<K, V>) => void (streams[name] = branchStream) });
  const split = new BranchedKStream(stream, named);
  for (const [name, predicate] of Object.entries(branches)) split.branch(predicate, { name, ...keepAs(name) });
  split.defaultBranch(keepAs('default'));
  return streams as SplitStreams<K, V, B>;
}
