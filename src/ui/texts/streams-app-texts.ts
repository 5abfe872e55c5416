import type { StreamsTexts } from '../components/streams/streams-texts.js';
import type { StreamsSettingName } from '../scenarios/streams-outcome.js';
import type { StreamsEventTexts } from '../state/streams-sentences.js';

/** Every word about streams applications, in one language: loaded with a scenario on them, for the first page needs none of them. */
export interface StreamsAppTexts {
  readonly stage: StreamsTexts;
  readonly events: StreamsEventTexts;
  readonly inspector: {
    readonly record: (topic: string, partition: number, offset: number) => string;
    readonly taskTitle: (task: string) => string;
    readonly storeTitle: (store: string) => string;
    readonly window: string;
    readonly storedAt: string;
    readonly task: string;
    readonly instance: string;
    readonly takenAt: string;
    readonly streamTime: string;
    readonly outcome: string;
    readonly taken: string;
    readonly dropped: string;
    readonly again: string;
    readonly droppedBy: string;
    readonly role: string;
    readonly roles: Readonly<Record<'active' | 'standby', string>>;
    readonly assignedAt: string;
    readonly restoredAt: string;
    readonly restoredFrom: string;
    readonly records: (count: number) => string;
    readonly startedAt: string;
    readonly endedAt: string;
    readonly reason: string;
    readonly ends: Readonly<Record<'revoked' | 'lost' | 'closed' | 'failed' | 'crashed', string>>;
    readonly state: string;
    readonly error: string;
    readonly message: string;
    readonly changedAt: string;
    readonly changelog: string;
    readonly partitions: string;
    readonly recordCount: string;
    readonly subTopology: string;
    readonly stores: string;
    readonly next: string;
    readonly askedAt: string;
    readonly answeredAt: string;
  };
  readonly vary: {
    /** Names a setting that is no config of Kafka's. */
    readonly names: Readonly<Record<Exclude<StreamsSettingName, `${string}.${string}`>, string>>;
    /** Names a choice of a setting that is no config of Kafka's. */
    readonly choices: Readonly<Record<string, string>>;
  };
}
