import type { Millis } from '../environment/environment.js';
import type { RunMember } from './group-run-spec.js';
import type { GroupHandling, MemberLife, MemberRowView, OwnedSpan } from './group-run-view.js';

type Begun = Omit<GroupHandling, 'toMs' | 'isCutShort' | 'endEvent'>;

/** What becomes of one member: its processes, what it owns and what it has in hand. Spans are replaced, never changed: views share them. */
export class MemberRow {
  readonly member: string;
  handlings: readonly GroupHandling[] = [];
  epoch: number | undefined;
  private lives: readonly MemberLife[] = [];
  private owned: readonly OwnedSpan[] = [];
  /** Its last partitions were taken from it. */
  private hasLost = false;
  private removals: MemberRowView['removals'] = [];

  constructor(private readonly spec: RunMember) {
    this.member = spec.member;
  }

  started(fromMs: Millis, event: number): void {
    const life = { fromMs, toMs: undefined, end: undefined, error: undefined, event, endEvent: undefined };
    this.lives = [...this.lives, life];
  }

  ended(end: NonNullable<MemberLife['end']>, error: MemberLife['error'], toMs: Millis, endEvent: number): void {
    this.lives = this.lives.map((life) => (life.toMs === undefined ? { ...life, toMs, end, error, endEvent } : life));
    this.handlings = this.handlings.map((handling) =>
      handling.toMs === undefined ? { ...handling, toMs, isCutShort: true, endEvent } : handling,
    );
    if (end !== 'crashed') this.epoch = undefined;
  }

  owns(partition: number): boolean {
    return this.owned.some((span) => span.partition === partition && span.toMs === undefined);
  }

  /** Whether its process that runs now works on a partition: one that was killed may still own it in the eyes of the coordinator. */
  serves(partition: number): boolean {
    const life = this.lives.at(-1);
    if (life === undefined || life.toMs !== undefined) return false;
    return this.owned.some(
      (span) => span.partition === partition && span.toMs === undefined && span.fromMs >= life.fromMs,
    );
  }

  take(partition: number, epoch: number, fromMs: Millis, event: number): void {
    this.hasLost = false;
    this.owned = [...this.owned, { partition, fromMs, toMs: undefined, isLost: false, epoch, event }];
  }

  release(partition: number, isLost: boolean, toMs: Millis): void {
    if (isLost && this.owns(partition)) this.hasLost = true;
    this.owned = this.owned.map((span) =>
      span.partition === partition && span.toMs === undefined ? { ...span, toMs, isLost } : span,
    );
  }

  /**
   * The coordinator has it in the group no longer, so it owns nothing, whatever it believes. Who leaves gives its partitions up first; it loses them if it has to leave because
   * its loop did not poll in time.
   */
  removed(reason: string, atMs: Millis, event: number): void {
    const kept = this.owned.filter(({ toMs }) => toMs === undefined);
    if (reason !== 'left' || kept.length > 0 || this.hasLost)
      this.removals = [...this.removals, { atMs, reason, event }];
    this.epoch = undefined;
    for (const { partition } of kept) this.release(partition, true, atMs);
  }

  begin(begun: Begun): void {
    this.handlings = [...this.handlings, { ...begun, toMs: undefined, isCutShort: false, endEvent: undefined }];
  }

  finish(partition: number, offset: number, toMs: Millis, endEvent: number): void {
    this.handlings = this.handlings.map((handling) =>
      handling.partition === partition && handling.offset === offset && handling.toMs === undefined
        ? { ...handling, toMs, endEvent }
        : handling,
    );
  }

  view(): MemberRowView {
    return {
      member: this.member,
      instanceId: this.spec.instanceId,
      lives: this.lives,
      owned: this.owned,
      handlings: this.handlings,
      removals: this.removals,
      epoch: this.epoch,
      handledCount: this.handlings.filter(({ toMs, isCutShort }) => toMs !== undefined && !isCutShort).length,
    };
  }
}
