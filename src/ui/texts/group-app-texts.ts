import type { RunCommits } from '../../engine/scenario/group-run-spec.js';
import type { GroupTexts } from '../components/group/group-texts.js';
import type { GroupSettingName } from '../scenarios/group-outcome.js';
import type { GroupEventTexts } from '../state/group-sentences.js';

/** Every word about consumer groups, in one language: loaded with a scenario on groups, for the first page needs none of them. */
export interface GroupAppTexts {
  readonly stage: GroupTexts;
  readonly events: GroupEventTexts;
  readonly inspector: {
    readonly record: (topic: string, partition: number, offset: number) => string;
    readonly handling: (member: string) => string;
    readonly commit: (atMs: number) => string;
    readonly partition: (member: string, partition: number) => string;
    readonly action: (atMs: number) => string;
    readonly recordName: string;
    readonly appendedAt: string;
    readonly handledBy: string;
    readonly partitionName: string;
    readonly offset: string;
    readonly state: string;
    readonly epoch: string;
    readonly time: string;
    readonly lasted: string;
    readonly reason: string;
    readonly attempt: string;
    readonly outcome: string;
    readonly member: string;
    readonly group: string;
    readonly startedAt: string;
    readonly start: (source: 'committed' | 'reset' | 'out-of-range', offset: number) => string;
    readonly lag: string;
    readonly refused: string;
    readonly accepted: string;
    readonly waiting: string;
    readonly answeredAt: string;
    readonly message: string;
    readonly lost: string;
    readonly givenUp: string;
    readonly cutShort: string;
    readonly inHand: string;
    readonly handled: string;
    readonly owned: string;
  };
  readonly vary: {
    /** Names a setting that is no config of Kafka's. */
    readonly names: Readonly<Record<Exclude<GroupSettingName, `${string}.${string}`>, string>>;
    /** Heads the settings that change every group. */
    readonly all: string;
    readonly handling: (member: string) => string;
    readonly isStatic: string;
    readonly commits: Readonly<Record<RunCommits, string>>;
  };
}
