/** An instance of the application, as it joined. */
export interface AssignedClient {
  readonly memberId: string;
  /** The tasks that it runs now. */
  readonly active: ReadonlySet<string>;
  /** The tasks whose state it has, whether or not it runs them. */
  readonly warm: ReadonlySet<string>;
}

export interface AssignableTask {
  readonly id: string;
  readonly isStateful: boolean;
}

/** Who is to run which task, and who keeps copies of its state. */
export interface TaskAssignment {
  readonly active: ReadonlyMap<string, readonly string[]>;
  readonly standby: ReadonlyMap<string, readonly string[]>;
}

/**
 * Shares the tasks out as evenly as can be, and of that so that the fewest move: a task stays where it runs, else it goes where its state is, else to who
 * has the fewest tasks, and of those the fewest of its sub-topology. Standbys go to others than the task, the same way (Kafka's `StickyTaskAssignor`).
 */
export function assignTasks(
  tasks: readonly AssignableTask[],
  clients: readonly AssignedClient[],
  standbyReplicas: number,
): TaskAssignment {
  const ordered = [...clients].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const active = new Map(ordered.map(({ memberId }) => [memberId, [] as string[]]));
  const standby = new Map(ordered.map(({ memberId }) => [memberId, [] as string[]]));
  if (ordered.length === 0) return { active, standby };
  assignActive(tasks, ordered, active);
  if (standbyReplicas > 0) assignStandbys(tasks, ordered, active, standby, standbyReplicas);
  return { active, standby };
}

/** Those with a state first, so that everybody has as many of them as the others; the rest evens out what is left. */
function assignActive(
  tasks: readonly AssignableTask[],
  clients: readonly AssignedClient[],
  active: ReadonlyMap<string, string[]>,
): void {
  const stateful = tasks.filter(({ isStateful }) => isStateful);
  share(stateful, clients, active);
  share(
    tasks.filter(({ isStateful }) => !isStateful),
    clients,
    active,
  );
}

/** Gives out tasks so that afterwards nobody has two more than another. */
function share(
  tasks: readonly AssignableTask[],
  clients: readonly AssignedClient[],
  active: ReadonlyMap<string, string[]>,
): void {
  const total = tasks.length + [...active.values()].reduce((sum, own) => sum + own.length, 0);
  const least = Math.floor(total / clients.length);
  /** So many clients may have one task more than the least. */
  let extra = (total % clients.length) - [...active.values()].filter((own) => own.length > least).length;
  const take = (memberId: string, task: AssignableTask): boolean => {
    const own = active.get(memberId) as string[];
    if (own.length > least || (own.length === least && extra === 0)) return false;
    if (own.length === least) extra -= 1;
    own.push(task.id);
    return true;
  };
  const rest = [(client: AssignedClient) => client.active, (client: AssignedClient) => client.warm].reduce(
    (left, claims) =>
      left.filter((task) => !clients.some((client) => claims(client).has(task.id) && take(client.memberId, task))),
    tasks,
  );
  for (const task of rest) {
    const [memberId] = leastLoaded(clients, (each) => active.get(each) as string[], task) as [string];
    if (!take(memberId, task)) throw new Error('The client with the fewest tasks must have room for one.');
  }
}

function assignStandbys(
  tasks: readonly AssignableTask[],
  clients: readonly AssignedClient[],
  active: ReadonlyMap<string, readonly string[]>,
  standby: ReadonlyMap<string, string[]>,
  replicas: number,
): void {
  for (const task of tasks.filter(({ isStateful }) => isStateful)) {
    const others = clients.filter(({ memberId }) => !(active.get(memberId) as readonly string[]).includes(task.id));
    const load = (memberId: string) => [...(active.get(memberId) ?? []), ...(standby.get(memberId) ?? [])];
    const warm = leastLoaded(
      others.filter((client) => client.warm.has(task.id)),
      load,
      task,
    );
    const cold = leastLoaded(
      others.filter((client) => !client.warm.has(task.id)),
      load,
      task,
    );
    for (const memberId of [...warm, ...cold].slice(0, replicas)) standby.get(memberId)?.push(task.id);
  }
}

/** The clients with the fewest tasks first, of equal ones those with the fewest of this sub-topology. */
function leastLoaded(
  clients: readonly AssignedClient[],
  tasksOf: (memberId: string) => readonly string[],
  { id }: AssignableTask,
): string[] {
  const kin = `${id.slice(0, id.indexOf('_'))}_`;
  return clients
    .map(({ memberId }) => {
      const own = tasksOf(memberId);
      return { memberId, all: own.length, akin: own.filter((each) => each.startsWith(kin)).length };
    })
    .sort((a, b) => a.all - b.all || a.akin - b.akin)
    .map(({ memberId }) => memberId);
}
