import type { ApplicationView } from '../../../engine/scenario/streams-run-view.js';

/** One row of a drawn topology: a topic, a processor with its stores, or the head of a sub-topology. */
export type TopologyRow =
  | { readonly kind: 'head'; readonly id: string; readonly subTopology: number }
  | {
      readonly kind: 'topic' | 'processor';
      readonly id: string;
      readonly name: string;
      readonly stores: readonly string[];
      readonly lane: number;
    };

/** A line from one row to a later one, down a lane of its own. */
export interface TopologyEdge {
  readonly from: number;
  readonly to: number;
  readonly lane: number;
}

export interface TopologyRows {
  readonly rows: readonly TopologyRow[];
  readonly edges: readonly TopologyEdge[];
  readonly lanes: number;
}

interface Element {
  readonly id: string;
  readonly kind: 'topic' | 'processor';
  readonly name: string;
  readonly stores: readonly string[];
  readonly subTopology: number;
  readonly children: Set<string>;
}

const topicId = (topic: string): string => `topic ${topic}`;

/** Puts an application's topology in rows: sub-topology by sub-topology, parents before children, chains together; with a lane for each line that is under way. */
export function topologyRows({ nodes }: Pick<ApplicationView, 'nodes'>): TopologyRows {
  const elements = elementsOf(nodes);
  const rows: TopologyRow[] = [];
  const placeOf = new Map<string, number>();
  const edges: TopologyEdge[] = [];
  /** What each lane is waiting for, and from where. */
  const waiting: ({ readonly child: string; readonly from: number } | undefined)[] = [];
  const freeLane = (): number => {
    const free = waiting.findIndex((each) => each === undefined);
    return free < 0 ? waiting.length : free;
  };
  let head: number | undefined;
  for (const element of inSequence([...elements.values()])) {
    if (element.subTopology !== head) {
      head = element.subTopology;
      rows.push({ kind: 'head', id: `head ${head} ${rows.length}`, subTopology: head });
    }
    const at = rows.length;
    const arriving = waiting.flatMap((each, lane) => (each?.child === element.id ? [{ lane, from: each.from }] : []));
    const lane = arriving[0]?.lane ?? freeLane();
    for (const { lane: from, from: row } of arriving) {
      edges.push({ from: row, to: at, lane: from });
      waiting[from] = undefined;
    }
    const { id, kind, name, stores } = element;
    rows.push({ kind, id, name, stores, lane });
    placeOf.set(id, at);
    [...element.children].forEach((child, index) => {
      if (placeOf.has(child)) return;
      waiting[index === 0 ? lane : freeLane()] = { child, from: at };
    });
  }
  const lanes = Math.max(
    1,
    ...edges.map((edge) => edge.lane + 1),
    ...rows.map((row) => ('lane' in row ? row.lane + 1 : 1)),
  );
  return { rows, edges, lanes };
}

/** Topics stand for the sources and sinks that read and write them; the filter before a repartition topic is part of its sink. */
function elementsOf(nodes: ApplicationView['nodes']): ReadonlyMap<string, Element> {
  const elements = new Map<string, Element>();
  const byName = new Map(nodes.map((node) => [`${node.subTopology} ${node.name}`, node]));
  const add = (element: Omit<Element, 'children'>): Element => {
    const known = elements.get(element.id) ?? { ...element, children: new Set<string>() };
    elements.set(element.id, known);
    return known;
  };
  const isFilter = (name: string) => name.endsWith('-repartition-filter');
  const targetsOf = (subTopology: number, name: string): readonly string[] => {
    const node = byName.get(`${subTopology} ${name}`);
    if (node === undefined) return [];
    if (node.kind === 'sink') return node.topics.map(topicId);
    if (isFilter(node.name)) return node.children.flatMap((child) => targetsOf(subTopology, child));
    return [`node ${subTopology} ${name}`];
  };
  for (const node of nodes) {
    const { kind, name, subTopology, topics, stores, children } = node;
    if (kind === 'processor' && !isFilter(name)) {
      const own = add({ id: `node ${subTopology} ${name}`, kind: 'processor', name, stores, subTopology });
      for (const child of children) for (const target of targetsOf(subTopology, child)) own.children.add(target);
    }
    if (kind === 'processor') continue;
    for (const topic of topics) {
      const own = add({ id: topicId(topic), kind: 'topic', name: topic, stores: [], subTopology });
      if (kind === 'source')
        for (const child of children) for (const target of targetsOf(subTopology, child)) own.children.add(target);
    }
  }
  return elements;
}

/** Parents before children; of what may come next, what belongs to the sub-topology at hand, and of that what was reached last. */
function inSequence(elements: readonly Element[]): readonly Element[] {
  const placed = new Set<string>();
  const parentsOf = (element: Element) => elements.filter(({ children }) => children.has(element.id));
  const isReady = (element: Element) => parentsOf(element).every(({ id }) => placed.has(id));
  const sequence: Element[] = [];
  const left = new Set(elements);
  let stack: Element[] = [];
  let head = 0;
  while (left.size > 0) {
    const ready = [...left].filter(isReady);
    const next =
      stack.find((element) => left.has(element) && isReady(element) && element.subTopology === head) ??
      ready.find(({ subTopology }) => subTopology === head) ??
      [...ready].sort((a, b) => a.subTopology - b.subTopology)[0] ??
      [...left][0];
    if (next === undefined) break;
    head = next.subTopology;
    left.delete(next);
    placed.add(next.id);
    sequence.push(next);
    const children = elements.filter(({ id }) => next.children.has(id));
    stack = [...children, ...stack.filter((element) => !children.includes(element))];
  }
  return sequence;
}
