import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeEnvironment } from '../engine/platform/node/node-environment.js';
import { withStoredBroker } from '../entry/stored-broker.js';
import { exportTopics, importTopics, type ImportReport } from '../entry/topic-transfer.js';
import { exportHelp, importHelp } from './help.js';
import { UsageError } from './usage-error.js';

/** `partita export`: writes topics of the logs in a folder into a file. */
export async function exportCommand(args: readonly string[], say: (line: string) => void): Promise<undefined> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'data-dir': { type: 'string' },
      topic: { type: 'string', multiple: true },
      'no-groups': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    say(exportHelp);
    return;
  }
  const { directory, file } = placesOf(values['data-dir'], positionals);
  if (!existsSync(join(directory, 'meta.properties')))
    throw new Error(`There are no logs in ${directory}: the file meta.properties was expected. Name another folder.`);
  if (existsSync(file)) throw new Error(`There is a file ${file} already. Name another one, or delete it.`);
  let [topics, records] = [0, 0];
  await cancellable(async (signal) =>
    withStoredBroker(nodeEnvironment(), directory, async (broker) => {
      const stream = await exportTopics(broker, {
        ...(values.topic !== undefined && { topics: values.topic }),
        groups: values['no-groups'] === true ? 'none' : 'all',
        signal,
        onProgress: (progress) => ({ totalTopics: topics, records } = progress),
      });
      await writeWhole(file, stream);
    }),
  );
  say(`${counted(topics, 'topic')} with ${counted(records, 'record')} written to ${file}.`);
}

/** `partita import`: brings the topics of an export to the logs in a folder. */
export async function importCommand(args: readonly string[], say: (line: string) => void): Promise<undefined> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'data-dir': { type: 'string' },
      rename: { type: 'string', multiple: true },
      'no-groups': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    say(importHelp);
    return;
  }
  const { directory, file } = placesOf(values['data-dir'], positionals);
  const names = new Map((values.rename ?? []).map(renamed));
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const report = await cancellable(async (signal) =>
    withStoredBroker(nodeEnvironment(), directory, (broker) =>
      importTopics(broker, createReadStream(file), { rename: names, groups: values['no-groups'] !== true, signal }),
    ),
  );
  for (const line of linesOf(report)) say(line);
}

function placesOf(directory: string | undefined, positionals: readonly string[]): { directory: string; file: string } {
  const [file] = positionals;
  if (directory === undefined) throw new UsageError('Say where the logs are: --data-dir <folder>.');
  if (file === undefined || positionals.length > 1) throw new UsageError('Name one file, such as topics.tar.');
  return { directory, file };
}

function renamed(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--rename is '${text}'; old=new was expected.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function linesOf({ topics, groups, abortedTransactions }: ImportReport): string[] {
  return [
    ...topics.map(({ name, importedAs, partitions, records }) => {
      const source = name === importedAs ? '' : `, which was ${name}`;
      return `${importedAs}${source}: ${counted(records, 'record')} in ${counted(partitions, 'partition')}.`;
    }),
    ...(groups.length === 0 ? [] : [`${counted(groups.length, 'group')} got committed offsets.`]),
    ...abortedTransactions.map(
      ({ topic, partition, producerId, firstOffset }) =>
        `The transaction of producer ${producerId} that began at offset ${firstOffset} of ${topic}-${partition} had no end and was aborted.`,
    ),
  ];
}

/** Writes all of it, or nothing: under another name until it is on the disk. */
async function writeWhole(file: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  const partial = `${file}.partial`;
  const handle: FileHandle = await open(partial, 'w');
  try {
    try {
      for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Ctrl+C takes back what was begun. */
async function cancellable<Value>(run: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const aborting = new AbortController();
  const abort = (): void => aborting.abort(new Error('Cancelled. Nothing was changed.'));
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    return await run(aborting.signal);
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
