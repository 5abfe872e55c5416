import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { OffsetReset } from '../engine/client/offset-reset.js';
import { resetApplication, type ApplicationResetReport } from '../engine/streams/runtime/application-reset.js';
import { Kafka } from '../entry/node.js';
import { streamsResetHelp } from './help.js';
import { UsageError } from './usage-error.js';

/** The ways to say where to begin, of which one may be given. */
const ways: Readonly<Record<string, (value: string) => OffsetReset>> = {
  'to-earliest': () => ({ to: 'earliest' }),
  'to-latest': () => ({ to: 'latest' }),
  'to-offset': (offset) => ({ to: 'offset', offset }),
  'to-datetime': (datetime) => ({ to: 'datetime', datetime }),
  'by-duration': (duration) => ({ to: 'duration', duration }),
  'shift-by': (by) => ({ to: 'shift', by: numberOf('shift-by', by) }),
  'from-file': (file) => ({ to: 'file', csv: readFileSync(file, 'utf8') }),
};

/** `partita streams-reset`: has a streams application process its input again; the options are those of Kafka's `kafka-streams-application-reset`. */
export async function streamsReset(args: readonly string[], say: (line: string) => void): Promise<undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'application-id': { type: 'string' },
      'bootstrap-server': { type: 'string' },
      'input-topics': { type: 'string' },
      'internal-topics': { type: 'string' },
      'to-earliest': { type: 'boolean' },
      'to-latest': { type: 'boolean' },
      'to-offset': { type: 'string' },
      'to-datetime': { type: 'string' },
      'by-duration': { type: 'string' },
      'shift-by': { type: 'string' },
      'from-file': { type: 'string' },
      force: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    say(streamsResetHelp);
    return;
  }
  const applicationId = values['application-id'];
  if (applicationId === undefined) throw new UsageError('Say which application: --application-id <id>.');
  const given = Object.entries(ways).filter(([way]) => values[way as keyof typeof values] !== undefined);
  if (given.length > 1)
    throw new UsageError(`Only one of ${given.map(([way]) => `--${way}`).join(', ')} can be given.`);
  const [way, offsetsOf] = given[0] ?? ['to-earliest', () => ({ to: 'earliest' }) as const];
  const dryRun = values['dry-run'] === true;
  const brokers = listOf(values['bootstrap-server'] ?? '127.0.0.1:9092');
  const admin = new Kafka({ brokers, clientId: 'partita-streams-reset', retry: { retries: 2 } }).admin();
  await admin.connect();
  try {
    const report = await resetApplication(admin, {
      applicationId,
      inputTopics: listOf(values['input-topics']),
      offsets: offsetsOf(String(values[way as keyof typeof values] ?? '')),
      force: values.force === true,
      dryRun,
      ...(values['internal-topics'] !== undefined && { internalTopics: listOf(values['internal-topics']) }),
    });
    for (const line of linesOf(applicationId, report, dryRun)) say(line);
  } finally {
    await admin.disconnect();
  }
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new UsageError(`--${option} is '${text}'; a whole number was expected.`);
  return number;
}

function linesOf(applicationId: string, report: ApplicationResetReport, dryRun: boolean): string[] {
  const { offsets, deletedTopics, missingTopics, removedMembers } = report;
  const lines = [
    ...(removedMembers > 0 ? [`Members put out of the group ${applicationId}: ${removedMembers}`] : []),
    ...missingTopics.map((topic) => `Input topic ${topic}: not found, left out`),
    ...offsets.map(({ topic, partition, offset }) => `Topic: ${topic} Partition: ${partition} Offset: ${offset}`),
    ...deletedTopics.map((topic) => `Internal topic ${topic}: deleted`),
  ];
  if (lines.length === 0) return ['There is nothing to reset.'];
  return dryRun ? ['Dry run: this is what would be done.', ...lines] : lines;
}
