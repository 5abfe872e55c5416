/**
 * What everybody may do where there are no access rules, as Kafka tells it in answers: a bit for each operation that the resource has, counted by the
 * operation's number (`AclOperation`).
 */
const codes = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const;

type Operation = keyof typeof codes;

function bits(...allowed: readonly Operation[]): number {
  return allowed.reduce((sum, operation) => sum + 2 ** codes[operation], 0);
}

export const operations = {
  cluster: bits('create', 'clusterAction', 'describeConfigs', 'alterConfigs', 'idempotentWrite', 'alter', 'describe'),
  topic: bits('read', 'write', 'create', 'describe', 'delete', 'alter', 'describeConfigs', 'alterConfigs'),
  group: bits('read', 'delete', 'describe', 'describeConfigs', 'alterConfigs'),
} as const;

/** Described groups, each of those that are there with what may be done with it, if that was asked for. */
export function withGroupOperations<Group extends { readonly errorCode?: number }>(
  groups: readonly Group[],
  isAsked: boolean,
): (Group & { readonly authorizedOperations?: number })[] {
  return groups.map((group) =>
    isAsked && group.errorCode === 0 ? { ...group, authorizedOperations: operations.group } : group,
  );
}
