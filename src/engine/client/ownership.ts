import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartition, AssignedPartitions, TopicPartition } from './assigned-partitions.js';
import type { Joined, MembershipHost } from './membership/membership.js';
import type { RebalanceListener } from './rebalance-listener.js';

export interface OwnershipOptions {
  readonly environment: Environment;
  readonly clientId: string;
  readonly groupId: string;
  readonly partitions: AssignedPartitions;
  readonly listener: () => RebalanceListener | undefined;
  /** Resolves when nothing of these partitions is in a handler's hands. */
  readonly handled: (partitions: readonly AssignedPartition[]) => Promise<void>;
  readonly commitHandled: () => Promise<void>;
  /** Resolves when the listener may be called: only while the user polls, or at the end. */
  readonly userIsThere: () => Promise<void>;
  readonly wake: () => void;
  readonly fail: (error: Error) => void;
}

/** What a member of a group has: how partitions come and go, and who is told. */
export class Ownership implements MembershipHost {
  readonly #options: OwnershipOptions;
  /** The generation as of which it has what it has; undefined in none. */
  #joined: Joined | undefined;
  #unannounced: { readonly joined: Joined; readonly partitions: readonly AssignedPartition[] }[] = [];
  #lost: AssignedPartition[] = [];
  #isTelling = false;

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  owned(): readonly AssignedPartition[] {
    return this.#options.partitions.all;
  }

  /** Whether the member has been assigned anything yet, be it nothing. */
  get isAssigned(): boolean {
    return this.#joined !== undefined;
  }

  /** Whether the listener is being called. */
  get isTelling(): boolean {
    return this.#isTelling;
  }

  get isLossUntold(): boolean {
    return this.#lost.length > 0;
  }

  wake(): void {
    this.#options.wake();
  }

  fail(error: Error): void {
    this.#options.fail(error);
  }

  markLeaving(partitions: readonly AssignedPartition[]): void {
    for (const assigned of partitions) assigned.isLeaving = true;
  }

  commitHandled(): Promise<void> {
    return this.#options.commitHandled();
  }

  async revoke(partitions: readonly AssignedPartition[], tell: 'always' | 'if-any'): Promise<void> {
    const joined = this.#joined;
    this.markLeaving(partitions);
    await this.#options.handled(partitions);
    await this.commitHandled();
    const left = partitions.filter(({ isRevoked }) => !isRevoked);
    let failure: KafkaError | undefined;
    if (left.length > 0 || (tell === 'always' && this.#lost.length === 0))
      failure = await this.#tell('onPartitionsRevoked', left);
    const revoked = left.filter(({ isRevoked }) => !isRevoked);
    this.#options.partitions.remove(revoked);
    this.#traceRevoked(joined, revoked, false, tell === 'always');
    if (failure !== undefined) throw failure;
  }

  lose(partitions: readonly AssignedPartition[]): void {
    const joined = this.#joined;
    const lost = partitions.filter(({ isRevoked }) => !isRevoked);
    this.#lost.push(...lost);
    this.#options.partitions.remove(lost);
    this.#traceRevoked(joined, lost, true, true);
  }

  async tellLost(): Promise<void> {
    await this.#options.handled(this.#lost);
    const lost = this.#lost;
    this.#lost = [];
    if (lost.length === 0) return;
    const isHeard = this.#options.listener()?.onPartitionsLost !== undefined;
    const failure = await this.#tell(isHeard ? 'onPartitionsLost' : 'onPartitionsRevoked', lost);
    if (failure !== undefined) throw failure;
  }

  async assign(joined: Joined, partitions: readonly TopicPartition[]): Promise<void> {
    this.#joined = joined;
    const added = this.#options.partitions.add(partitions);
    this.#unannounced.push({ joined, partitions: added });
    const failure = await this.#tell('onPartitionsAssigned', added);
    for (const assigned of added) assigned.isAwaitingListener = false;
    this.announce();
    this.wake();
    if (failure !== undefined) throw failure;
  }

  /** Tells the trace of what is assigned, once it is known where reading begins; only then is it read. */
  announce(): void {
    const { environment, clientId, groupId } = this.#options;
    this.#unannounced = this.#unannounced.flatMap(({ joined, partitions }) => {
      const left = partitions.filter(({ isRevoked }) => !isRevoked);
      const known = left.filter(({ position, isAwaitingListener }) => position !== undefined && !isAwaitingListener);
      const unknown = left.filter((assigned) => !known.includes(assigned));
      for (const assigned of known) assigned.isReady = true;
      if (known.length > 0 || partitions.length === 0) {
        environment.tracer.emit({
          kind: 'partitions-assigned',
          ...(joined.cause === undefined ? {} : { cause: joined.cause }),
          client: clientId,
          group: groupId,
          member: joined.memberId,
          generation: joined.generationId,
          partitions: known.map(({ topic, partition, position, source }) => ({
            topic,
            partition,
            startOffset: position ?? -1,
            source: source ?? 'committed',
          })),
        });
      }
      return unknown.length === 0 ? [] : [{ joined, partitions: unknown }];
    });
  }

  /** Gives up everything, at the end of a member's life; `isLost` where it may not be the member's any more. */
  async close(isLost: boolean): Promise<void> {
    const owned = this.owned();
    if (isLost) this.lose(owned);
    else if (owned.length > 0) await this.revoke(owned, 'if-any');
    await this.tellLost();
  }

  #traceRevoked(
    joined: Joined | undefined,
    partitions: readonly AssignedPartition[],
    lost: boolean,
    evenNone: boolean,
  ) {
    const announced = partitions.filter(({ isReady }) => isReady);
    if (joined === undefined || (announced.length === 0 && (partitions.length > 0 || !evenNone))) return;
    const { environment, clientId, groupId } = this.#options;
    environment.tracer.emit({
      kind: 'partitions-revoked',
      client: clientId,
      group: groupId,
      member: joined.memberId,
      generation: joined.generationId,
      partitions: announced.map(({ topic, partition }) => ({ topic, partition })),
      lost,
    });
  }

  /** Gives what the listener threw. */
  async #tell(what: keyof RebalanceListener, partitions: readonly TopicPartition[]): Promise<KafkaError | undefined> {
    await this.#options.userIsThere();
    this.#isTelling = true;
    try {
      await this.#options.listener()?.[what]?.(partitions.map(({ topic, partition }) => ({ topic, partition })));
      return undefined;
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      return new KafkaError('UNKNOWN_SERVER_ERROR', `The rebalance listener's ${what} failed: ${found}`, { cause });
    } finally {
      this.#isTelling = false;
    }
  }
}
