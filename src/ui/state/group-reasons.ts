/** Why a group came into a state, as its coordinator says it: what kind of reason it is, and which members it names. */
export interface GroupReason {
  readonly kind: GroupReasonKind;
  readonly members: readonly string[];
}

export type GroupReasonKind =
  | 'joins'
  | 'joins-again'
  | 'left'
  | 'session-expired'
  | 'sync-timeout'
  | 'all-joined'
  | 'assigned'
  | 'empty'
  | 'given-up'
  | 'new-epoch'
  | 'reconciling'
  | 'reconciled'
  | 'read-back';

const patterns: readonly (readonly [RegExp, GroupReasonKind])[] = [
  [/^(.+?) joins again\b/, 'joins-again'],
  [/^(.+?) joins\b/, 'joins'],
  [/^(.+) left$/, 'left'],
  [/^the session of (.+) expired$/, 'session-expired'],
  [/^(.+) did not sync in time$/, 'sync-timeout'],
  [/^all members have joined$/, 'all-joined'],
  [/^the leader has assigned$/, 'assigned'],
  [/^(no member is left|the last member is gone)$/, 'empty'],
  [/^the coordinator gave the group up$/, 'given-up'],
  [/^the group has a new epoch/, 'new-epoch'],
  [/^members give up and take up/, 'reconciling'],
  [/^every member has what/, 'reconciled'],
  [/^the coordinator has read the group back$/, 'read-back'],
];

/** Reads a reason; undefined if it is none of those that the coordinator gives. `memberOf` names the member behind an id. */
export function readReason(reason: string, memberOf: (id: string) => string): GroupReason | undefined {
  for (const [pattern, kind] of patterns) {
    const match = pattern.exec(reason);
    if (match === null) continue;
    const ids = kind === 'empty' ? [] : (match[1]?.split(', ') ?? []);
    return { kind, members: ids.map(memberOf) };
  }
  return undefined;
}
