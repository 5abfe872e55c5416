import type { CountingWindows } from '../../../engine/scenario/streams-programs/counting-windows.js';
import type { StreamsRunStep } from '../../../engine/scenario/streams-run-spec.js';
import type {
  EventTimeWindow,
  InstanceCondition,
  StreamsTopicRole,
  TaskSpan,
} from '../../../engine/scenario/streams-run-view.js';

/** The words of the stage of streams applications. Times are run times in milliseconds. */
export interface StreamsTexts {
  readonly keyboardHint: string;
  readonly application: (application: string) => string;
  readonly topology: string;
  readonly subTopology: (id: number) => string;
  readonly globalPart: string;
  readonly node: (kind: 'topic' | 'processor' | 'store', name: string) => string;
  readonly records: (count: number) => string;
  readonly eventTime: {
    readonly title: string;
    /** What a row is, and which windows they are. */
    readonly legend: (task: string, windows: CountingWindows) => string;
    readonly streamTime: (ms: number) => string;
    readonly noStreamTime: string;
    readonly clock: (ms: number) => string;
    readonly windows: string;
    readonly window: (window: EventTimeWindow, isClosed: boolean, value: string) => string;
    readonly grace: string;
    readonly late: string;
    readonly closes: (windows: readonly EventTimeWindow[]) => string;
    readonly dropped: string;
    readonly arrivalLong: (arrival: {
      readonly offset: number;
      readonly key: string | null;
      readonly timestampMs: number;
      readonly streamTimeMs: number;
      readonly isDropped: boolean;
    }) => string;
  };
  readonly tasks: {
    readonly title: string;
    readonly legend: string;
    readonly instance: string;
    readonly condition: Readonly<Record<InstanceCondition, string>>;
    readonly lifeLong: (
      instance: string,
      fromMs: number,
      toMs: number | undefined,
      end: 'stopped' | 'crashed' | 'failed' | undefined,
    ) => string;
    readonly failed: (code: string, message: string) => string;
    readonly spanLong: (task: string, span: TaskSpan) => string;
    /** On the bar itself, short. */
    readonly restored: (records: number) => string;
    readonly processedLong: (record: {
      readonly task: string;
      readonly topic: string;
      readonly offset: number;
      readonly key: string | null;
      readonly value: string | null;
      readonly atMs: number;
      readonly isAgain: boolean;
      readonly isDropped: boolean;
    }) => string;
    readonly none: string;
  };
  readonly stores: {
    readonly title: string;
    readonly caption: (store: string, task: string, instance: string | undefined) => string;
    readonly everywhere: (store: string) => string;
    readonly restoring: string;
    readonly nobody: string;
    readonly empty: string;
    readonly key: string;
    readonly window: string;
    readonly value: string;
    readonly rowLong: (key: string, window: EventTimeWindow | undefined, value: string) => string;
  };
  readonly topics: {
    readonly title: string;
    readonly role: Readonly<Record<StreamsTopicRole, string>>;
    readonly cellLong: (cell: {
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly key: string | null;
      readonly value: string | null;
      readonly window: EventTimeWindow | undefined;
      readonly isGone: boolean;
    }) => string;
    readonly partition: (partition: number) => string;
    readonly empty: string;
    readonly tombstone: string;
  };
  readonly actions: string;
  /** What the script asks: `deploy other code`. */
  readonly action: (step: StreamsRunStep) => string;
  readonly actionLong: (
    action: string,
    atMs: number,
    refused: { readonly code: string; readonly message: string } | undefined,
  ) => string;
  /** `[0, 10) s`; of sessions and sliding windows both ends belong to it. */
  readonly windowName: (window: EventTimeWindow) => string;
  readonly timeline: {
    readonly sent: string;
    readonly processed: string;
    readonly produced: string;
    readonly tasks: string;
  };
  readonly tables: {
    readonly topic: (topic: string, role: string) => string;
    readonly tasks: (application: string) => string;
    readonly processed: (application: string) => string;
    readonly nodes: (application: string) => string;
    readonly partition: string;
    readonly offset: string;
    readonly key: string;
    readonly value: string;
    readonly timestamp: string;
    readonly storedAt: string;
    readonly task: string;
    readonly instance: string;
    readonly from: string;
    readonly to: string;
    readonly restored: string;
    readonly streamTime: string;
    readonly at: string;
    readonly outcome: string;
    readonly node: string;
    readonly kind: string;
    readonly next: string;
    readonly dropped: string;
    readonly again: string;
    readonly taken: string;
    readonly goesOn: string;
    readonly none: string;
    readonly gone: string;
    readonly action: string;
    readonly accepted: string;
    readonly waiting: string;
  };
}
