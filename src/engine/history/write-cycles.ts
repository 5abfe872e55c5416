import type { Anomaly } from './anomaly.js';
import type { HistoryIndex, SentValue } from './history-index.js';

/**
 * Requests whose records stand before each other's in a circle: each wrote in one partition before another, and in some other after it (Adya's G0). Kafka
 * isolates no writes from each other, so this is only worth a look.
 */
export function writeCycles(index: HistoryIndex): readonly Anomaly[] {
  const writers = new Map<string, SentValue>();
  for (const sent of index.sends) writers.set(`${sent.partition} ${sent.value}`, sent);
  const followers = new Map<string, Set<string>>();
  const lines = new Map<string, number[]>();
  for (const partition of index.partitions) {
    let before: SentValue | undefined;
    for (const [, placements] of [...index.log(partition)].sort(([one], [other]) => one - other)) {
      for (const { value } of placements) {
        const writer = writers.get(`${partition} ${value}`);
        if (writer === undefined) continue;
        lines.set(writer.operation, [...(lines.get(writer.operation) ?? []), ...writer.lines]);
        if (before !== undefined && before.operation !== writer.operation)
          followers.set(before.operation, (followers.get(before.operation) ?? new Set()).add(writer.operation));
        before = writer;
      }
    }
  }
  return components(followers)
    .filter((component) => component.length > 1)
    .map((component) => ({
      name: 'g0',
      message: `${component.length} requests were each written before one of the others and after another.`,
      evidence: component.flatMap((operation) => lines.get(operation) ?? []).sort((one, other) => one - other),
    }));
}

/** The strongly connected components of a graph (Tarjan's algorithm, without recursion). */
function components(followers: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  const found: string[][] = [];
  const numbers = new Map<string, { readonly number: number; low: number; isOpen: boolean }>();
  const open: string[] = [];
  const visit = (start: string): void => {
    const path: { readonly node: string; readonly rest: Iterator<string> }[] = [];
    const enter = (node: string): void => {
      numbers.set(node, { number: numbers.size, low: numbers.size, isOpen: true });
      open.push(node);
      path.push({ node, rest: (followers.get(node) ?? new Set<string>())[Symbol.iterator]() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const mine = numbers.get(top.node);
      const next = top.rest.next();
      if (mine === undefined) return;
      if (next.done !== true) {
        const known = numbers.get(next.value);
        if (known === undefined) enter(next.value);
        else if (known.isOpen) mine.low = Math.min(mine.low, known.number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      const above = parent === undefined ? undefined : numbers.get(parent.node);
      if (above !== undefined) above.low = Math.min(above.low, mine.low);
      if (mine.low !== mine.number) continue;
      const component = open.splice(open.lastIndexOf(top.node));
      for (const node of component) {
        const each = numbers.get(node);
        if (each !== undefined) each.isOpen = false;
      }
      found.push(component);
    }
  };
  for (const node of followers.keys()) if (!numbers.has(node)) visit(node);
  return found;
}
