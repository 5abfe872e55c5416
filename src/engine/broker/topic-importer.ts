import { ArchiveError, shownName } from '../archive/archive-error.js';
import type { CancellablePieces } from '../archive/cancellable-pieces.js';
import { manifestName, type Manifest, type TopicRules } from '../archive/manifest.js';
import { readArchive, type AdmittedTopic, type StagedArchive } from '../archive/read-archive.js';
import type { TransferProgress } from '../archive/transfer-progress.js';
import type { ImportReport, ImportRequest } from '../archive/transfer-request.js';
import type { Storage, StorageWrite } from '../environment/storage.js';
import { checkpointBlob, leaderEpochBlob } from '../log/file-names.js';
import { topicIdText } from '../protocol/topic-id.js';
import type { BrokerServices } from './handler.js';
import { transferNameError, type AcceptedImport } from './import-decision.js';
import { ImportJournal, type ImportPlan } from './import-journal.js';
import { topicConfigError, topicSettings } from './topic-config.js';

type Services = Pick<
  BrokerServices,
  'config' | 'controller' | 'environment' | 'groups' | 'producerIds' | 'replicas' | 'settings'
>;

/** How much an import may take up: a file system's blocks and a database's rows need more than the bytes themselves. */
const spaceFactor = 1.1;

/**
 * Imports topics: everything is read and put down beside the topics that are there, then one record batch of metadata makes it theirs. Until that is durable nothing has
 * happened; a plan that is durable before anything else lets the next broker remove what was put down, or go on behind that point.
 */
export class TopicImporter {
  private readonly journal: ImportJournal;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly services: Services,
    private readonly storage: Storage,
    /** How many bytes may still be stored; undefined where nobody can tell. */
    private readonly availableBytes: () => Promise<number | undefined>,
  ) {
    this.journal = new ImportJournal(storage);
  }

  /** Finishes what an earlier broker left: takes an import back that had not happened, gives groups the offsets of one that had. */
  async recover(): Promise<void> {
    const plan = await this.journal.read();
    if (plan === undefined) return;
    const { controller } = this.services;
    if (plan.topics.every(({ id }) => controller.hasTopic(id))) await this.importOffsets(plan);
    else await this.takeBack(plan);
    await this.journal.clear();
  }

  /** Imports the topics of an archive, one archive at a time. Rejects with an `ArchiveError`, or a `StorageError`; then nothing has changed. */
  import(
    pieces: CancellablePieces,
    request: ImportRequest,
    progress?: (progress: TransferProgress) => void,
  ): Promise<ImportReport> {
    let hasBegun = false;
    const result = this.turn.then(() => {
      hasBegun = true;
      return this.importNow(pieces, request, progress);
    });
    this.turn = result.catch(() => undefined);
    return new Promise((resolve, reject) => {
      result.then(resolve, reject);
      // What has begun is taken back first; what has not need not wait for those before it.
      pieces.cancelled.catch((error: unknown) => {
        if (!hasBegun) reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  private async importNow(
    pieces: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    progress: ((progress: TransferProgress) => void) | undefined,
  ): Promise<ImportReport> {
    const { controller, environment, producerIds } = this.services;
    let accepted: readonly AcceptedImport[] = [];
    let plan: ImportPlan | undefined;
    try {
      const staged = await readArchive(pieces, {
        storage: this.storage,
        clock: environment.clock,
        rules,
        ...(progress && { progress }),
        admit: async (manifest) => {
          await this.checkSpace(manifest);
          this.checkGroups(manifest, request);
          accepted = await controller.reserveImports(namedAnew(manifest, request));
          plan = planOf(manifest, accepted, request);
          await this.journal.write(plan);
          return this.admitted(accepted);
        },
      });
      if (staged.largestProducerId >= 0) await producerIds.skipThrough(staged.largestProducerId);
      await controller.importTopics(
        staged.topics.map(({ name, leaderEpochs }) => ({
          accepted: accepted.find((topic) => topic.name === name) as AcceptedImport,
          leaderEpochs,
        })),
        undefined,
      );
      const finished = planOf(staged.manifest, accepted, request);
      await this.importOffsets(finished);
      await this.journal.clear();
      return reportOf(staged, accepted, finished);
    } catch (error) {
      if (plan !== undefined) await this.undo(plan);
      throw error;
    } finally {
      controller.release(accepted.map(({ name }) => name));
    }
  }

  /** Takes back what has not happened. What fails here too is left to the next broker, who finds the plan. */
  private async undo(plan: ImportPlan): Promise<void> {
    if (plan.topics.some(({ id }) => this.services.controller.hasTopic(id))) return;
    try {
      await this.takeBack(plan);
      await this.journal.clear();
    } catch {
      // The error that led here is the one to tell: it is most likely the same storage that failed.
    }
  }

  private async takeBack({ topics }: ImportPlan): Promise<void> {
    await this.services.replicas.deleteLogs(topics.map(({ name }) => name));
    // Those of a partition whose segments are not there yet, or are gone already.
    const rest = topics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition): StorageWrite[] => [
        { kind: 'delete-blob', name: leaderEpochBlob({ topic: name, partition }) },
        { kind: 'delete-blob', name: checkpointBlob({ topic: name, partition }) },
      ]).flat(),
    );
    await this.storage.commit(rest, 'strict', 'essential');
  }

  private async importOffsets({ groups }: ImportPlan): Promise<void> {
    for (const { id, offsets } of groups) {
      const known = offsets.flatMap((offset) => {
        const topicId = this.services.replicas.topic(offset.topic)?.topicId;
        return topicId === undefined ? [] : [{ ...offset, topicId }];
      });
      await this.services.groups.importOffsets(id, known, 'import');
    }
  }

  private async checkSpace({ topics }: Manifest): Promise<void> {
    const available = await this.availableBytes();
    if (available === undefined) return;
    const bytes = topics
      .flatMap(({ partitions }) => partitions.flatMap(({ segments }) => segments))
      .reduce((sum, segment) => sum + segment.bytes, 0);
    const needed = Math.ceil(bytes * spaceFactor);
    if (needed > available)
      throw new ArchiveError(
        'NO_SPACE',
        `The import needs about ${needed} bytes, but only ${Math.max(Math.floor(available), 0)} are free. Delete something first, or import fewer topics.`,
      );
  }

  private checkGroups({ groups }: Manifest, { importsGroups }: ImportRequest): void {
    const most = this.services.config['offset.metadata.max.bytes'];
    if (!importsGroups) return;
    for (const { id, offsets } of groups) {
      if (id === '') throw new ArchiveError('INVALID', 'a group has no id.', { entry: manifestName });
      const long = offsets.find(({ metadata }) => metadata.length > most);
      if (long !== undefined)
        throw new ArchiveError(
          'TOO_LARGE',
          `the metadata of what group '${shownName(id)}' committed for ${long.topic}-${long.partition} has more than ${most} characters.`,
          { entry: manifestName },
        );
    }
  }

  private admitted(accepted: readonly AcceptedImport[]): ReadonlyMap<string, AdmittedTopic> {
    return new Map(
      accepted.map(({ name, archived }) => {
        const configs = new Map(archived.configs.map((config) => [config.name, config.value]));
        const indexing = topicSettings(configs, this.services.settings);
        return [archived.name, { name, indexing }];
      }),
    );
  }
}

const rules: TopicRules = {
  name: transferNameError,
  configs: (configs) => topicConfigError(configs.map(({ name, value }) => [name, value] as const)),
};

/** The topics of an export under the names that they shall have here. */
function namedAnew({ topics }: Manifest, { rename }: ImportRequest) {
  const names = new Map(rename);
  const unknown = rename.find(([name]) => !topics.some((topic) => topic.name === name));
  if (unknown !== undefined)
    throw new ArchiveError(
      'UNKNOWN_TOPIC',
      `There is no topic '${shownName(unknown[0])}' in the export that could get another name. It holds ${topics
        .slice(0, 10)
        .map(({ name }) => name)
        .join(', ')}${topics.length > 10 ? ' and others' : ''}.`,
    );
  return topics.map((archived) => ({ archived, name: names.get(archived.name) ?? archived.name }));
}

function planOf({ groups }: Manifest, accepted: readonly AcceptedImport[], request: ImportRequest): ImportPlan {
  const names = new Map(accepted.map(({ archived, name }) => [archived.name, name]));
  return {
    topics: accepted.map(({ name, topicId, archived }) => ({
      name,
      id: topicIdText(topicId),
      partitions: archived.partitions.length,
    })),
    groups: !request.importsGroups
      ? []
      : groups.map(({ id, offsets }) => ({
          id,
          offsets: offsets.map((offset) => ({ ...offset, topic: names.get(offset.topic) ?? offset.topic })),
        })),
  };
}

function reportOf(
  { topics, abortedTransactions }: StagedArchive,
  accepted: readonly AcceptedImport[],
  plan: ImportPlan,
): ImportReport {
  return {
    topics: topics.map(({ name, archived, records, bytes }) => {
      const { topicId, hasNewId } = accepted.find((topic) => topic.name === name) as AcceptedImport;
      const partitions = archived.partitions.length;
      return {
        name: archived.name,
        importedAs: name,
        topicId: topicIdText(topicId),
        hasNewId,
        partitions,
        records,
        bytes,
      };
    }),
    groups: plan.groups.map(({ id }) => id),
    abortedTransactions,
  };
}
