/** Which nodes hang together: those of one group become one sub-topology (2.1 rule 9). */
export class NodeGroups {
  readonly #leaders = new Map<string, string>();

  add(name: string): void {
    this.#leaders.set(name, name);
  }

  unite(name: string, others: Iterable<string>): void {
    for (const other of others) this.#leaders.set(this.#leaderOf(other), this.#leaderOf(name));
  }

  /** The groups, numbered from 0 by the first of their nodes; the names within each in the order given. */
  numbered(names: Iterable<string>): string[][] {
    const groups = new Map<string, string[]>();
    for (const name of names) {
      const leader = this.#leaderOf(name);
      const group = groups.get(leader);
      if (group === undefined) groups.set(leader, [name]);
      else group.push(name);
    }
    return [...groups.values()];
  }

  #leaderOf(name: string): string {
    let leader = name;
    for (;;) {
      const next = this.#leaders.get(leader);
      if (next === undefined || next === leader) return leader;
      leader = next;
    }
  }
}
