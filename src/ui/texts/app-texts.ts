import type { LogProblem } from '../state/log-problem.js';
import type { ComponentTexts } from '../components/component-texts.js';
import type { Subject } from '../scenarios/catalogue.js';
import type { Phase } from '../scenarios/scenario.js';
import type { Expectation } from '../state/own-records.js';
import type { EventTexts } from '../state/event-sentences.js';
import type { NameProblem, TransferProblem } from '../state/kept-data.svelte.js';
import type { LogEventTexts } from '../state/log-sentences.js';

/** Every word of the app outside the scenarios, in one language: a key that is missing does not compile. */
export interface AppTexts {
  readonly components: ComponentTexts;
  readonly events: EventTexts;
  readonly logEvents: LogEventTexts;
  readonly seconds: (ms: number) => string;
  readonly shell: {
    readonly home: string;
    readonly languages: string;
    readonly theme: (theme: 'auto' | 'light' | 'dark') => string;
    readonly presenter: string;
    readonly keys: string;
    readonly skipToContent: string;
    readonly loading: string;
    /** Something in the engine failed; `message` says what. */
    readonly failed: (message: string) => string;
  };
  readonly home: {
    readonly title: string;
    readonly lead: string;
    readonly honest: string;
    readonly ownRecords: string;
    readonly keptData: string;
    readonly sketch: string;
    readonly sketchCaption: string;
    readonly scenarios: string;
    readonly subjects: Readonly<Record<Subject, string>>;
    /** The last step of the story was reached. */
    readonly done: string;
    readonly begun: string;
    readonly predicted: (made: number, of: number) => string;
    readonly minutes: (count: number) => string;
    readonly embed: string;
    readonly embedText: string;
    readonly serve: string;
    readonly serveText: string;
  };
  readonly player: {
    readonly phases: Readonly<Record<Phase, string>>;
    readonly steps: string;
    readonly stepOf: (at: number, of: number) => string;
    readonly story: string;
    readonly stage: string;
    readonly predict: string;
    readonly ratherNot: string;
    /** Names the field for a number. */
    readonly yourNumber: string;
    /** Records can be picked on the stage too. */
    readonly pickOnTheTrack: string;
    readonly saw: string;
    readonly sawNothing: string;
    readonly check: string;
    readonly next: string;
    readonly back: string;
    readonly run: string;
    readonly pause: string;
    readonly startAgain: string;
    readonly answered: string;
    readonly notPredicted: string;
    readonly youSaidLabel: string;
    readonly saidAndHappened: string;
    readonly youSaid: string;
    readonly happened: string;
    readonly ran: string;
    readonly asItWas: string;
    readonly lookAgain: string;
    readonly explanation: string;
    readonly event: string;
    readonly config: string;
    readonly sources: string;
    readonly goTo: (ms: number) => string;
    readonly trials: string;
    readonly guarantees: string;
    readonly guaranteesNot: string;
    readonly showRun: string;
    readonly backToOwnRun: string;
    readonly shows: Readonly<Record<'drawing' | 'tables' | 'ledger', string>>;
    readonly eventLog: string;
    readonly challenge: string;
    readonly met: string;
    readonly showHint: string;
    readonly tries: (count: number) => string;
    readonly paused: (ms: number) => string;
    readonly ended: (ms: number) => string;
    readonly question: (heading: string) => string;
  };
  readonly vary: {
    readonly name: string;
    readonly queue: string;
    readonly publishSubscribe: string;
    readonly topic: string;
    readonly records: string;
    /** Said of a number that was beyond its limits. */
    readonly limited: (least: number, most: number) => string;
    readonly speedOf: (actor: string) => string;
    /** Behind a number of seconds. */
    readonly secondsUnit: string;
    readonly exclusive: string;
    readonly lateSubscriber: string;
    readonly membersOfA: string;
    readonly groupBReset: string;
    readonly groupBStart: string;
    readonly whenAllStored: string;
    readonly beforeTheFirst: string;
    readonly at: (ms: number) => string;
    readonly partitions: string;
    readonly keyed: string;
    readonly configs: string;
    readonly interval: string;
    readonly seed: string;
    readonly reset: string;
    readonly straightenBars: (count: number) => string;
  };
  readonly tabs: {
    readonly anotherHas: string;
    readonly anotherHasText: string;
    readonly watch: string;
    readonly takeOver: string;
    readonly watching: string;
    readonly lost: string;
    readonly lostText: string;
    readonly takeBack: string;
    /** Why nothing is kept, and what to do. */
    readonly problems: Readonly<Record<LogProblem['kind'], { readonly title: string; readonly text: string }>>;
    readonly tryAgain: string;
    readonly beginAnew: string;
    readonly loadAgain: string;
    readonly details: string;
  };
  readonly keys: {
    readonly title: string;
    readonly close: string;
    readonly singleKeys: string;
    readonly list: readonly { readonly keys: readonly string[]; readonly does: string }[];
  };
  readonly own: {
    readonly title: string;
    readonly lead: string;
    readonly limits: (records: number, characters: number) => string;
    readonly input: string;
    readonly placeholder: string;
    readonly chooseFile: string;
    readonly dropHere: string;
    readonly fileFailed: (name: string) => string;
    readonly example: string;
    readonly read: (count: number, format: string) => string;
    readonly nothing: string;
    readonly problems: (count: number) => string;
    readonly line: string;
    readonly found: string;
    readonly expected: string;
    readonly expectation: (expected: Expectation) => string;
    readonly moreProblems: (count: number) => string;
    readonly key: string;
    readonly noKey: string;
    readonly keyHelp: string;
    readonly preview: string;
    readonly morePreview: (count: number) => string;
    readonly start: string;
    readonly goOn: string;
    readonly kept: string;
  };
  /** Sales and shipments of the learner's own, for the retail desk; the rest of the words is that of `own`. */
  readonly ownSales: {
    readonly title: string;
    readonly lead: string;
    readonly placeholder: string;
    readonly limits: (records: number) => string;
    readonly nothing: string;
    readonly kind: (kind: string | null) => string;
    readonly start: string;
    readonly goOn: string;
    /** Leads here. */
    readonly link: string;
  };
  readonly kept: {
    readonly title: string;
    readonly lead: string;
    readonly noLog: string;
    readonly topics: string;
    readonly topic: string;
    readonly partitions: string;
    readonly offsets: string;
    readonly size: string;
    readonly bytes: (count: number) => string;
    readonly progress: string;
    readonly nothing: string;
    readonly export: string;
    readonly exportText: string;
    readonly import: string;
    readonly importText: string;
    readonly chooseFile: string;
    readonly dropHere: string;
    readonly reading: string;
    readonly exporting: (file: string) => string;
    readonly importing: (file: string) => string;
    /** How much of how much, in bytes, and how many records that was. */
    readonly soFar: (bytes: number, totalBytes: number, records: number) => string;
    readonly cancel: string;
    /** Imports the file that is asked about. */
    readonly go: string;
    readonly ask: (file: string) => string;
    /** When the file was made, in milliseconds since the epoch, and from which log. */
    readonly exportedAt: (ms: number, log: string) => string;
    readonly groups: (count: number) => string;
    /** How much a topic has in the file. */
    readonly holds: (offsets: number, bytes: number) => string;
    readonly as: string;
    readonly asOf: (topic: string) => string;
    readonly namesAreTaken: string;
    readonly nameProblem: (problem: NameProblem) => string;
    readonly replacesProgress: string;
    readonly bringsProgress: string;
    readonly exported: (file: string, topics: number, records: number) => string;
    readonly imported: (file: string, topics: number, records: number) => string;
    readonly hasProgress: string;
    /** Transactions that were open in the export. */
    readonly aborted: (count: number) => string;
    readonly cancelled: (what: 'export' | 'import') => string;
    /** `isCertain`: nothing of an import is there. */
    readonly failed: (what: 'export' | 'import', file: string, isCertain: boolean) => string;
    /** What it is, and what to do. */
    readonly problem: (code: TransferProblem['code']) => string;
    readonly where: (place: {
      readonly entry?: string | undefined;
      readonly byte?: number | undefined;
      readonly offset?: number | undefined;
    }) => string;
    readonly inDetail: string;
  };
  readonly logInspector: {
    readonly segment: (baseOffset: number) => string;
    readonly record: (offset: number) => string;
    readonly pass: (atMs: number) => string;
    readonly state: string;
    readonly appendedAt: string;
    readonly goneAt: string;
    readonly age: string;
    readonly deleteHorizon: string;
    readonly offsets: string;
    readonly offsetsOf: (from: number, to: number) => string;
    readonly size: string;
    readonly newest: string;
    readonly createdAt: string;
    readonly deletedAt: string;
    readonly reason: string;
    readonly mayGoAfter: string;
    readonly ratio: string;
    readonly threshold: string;
    readonly firstDirty: string;
    readonly firstUncleanable: string;
    readonly outcome: string;
    readonly removed: string;
    readonly bytes: string;
  };
  readonly inspector: {
    readonly message: string;
    readonly deliveredTo: string;
    readonly handled: string;
    readonly inHand: string;
    readonly attempt: string;
    readonly overtook: string;
    readonly by: string;
    readonly overtakenBy: string;
    readonly key: string;
    readonly sentAt: string;
    readonly notSent: string;
    readonly partition: string;
    readonly offset: string;
    readonly batchBaseOffset: string;
    readonly batchBytes: string;
    readonly crc: string;
    readonly leaderEpoch: string;
    readonly producerId: string;
    readonly timestamp: string;
    readonly segment: string;
    readonly keyPartition: string;
    readonly partitionOfKey: (key: string, partition: number, partitions: number) => string;
  };
}
