import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/engine/platform/node/node-environment.js';
import { TcpNetwork } from '../../src/engine/platform/node/tcp-network.js';
import { encodeBatch } from '../../src/engine/protocol/record-batch.js';
import { BuiltCli } from './built-cli.js';
import { judgeFlush, type FlushVerdict } from './flush-trace.js';

const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const reason = canTrace ? 'strace is here' : 'there is no strace that may trace';
const topic = 'flushed-first';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'partita-trace-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Produces one record to a broker whose system calls are written down, and judges them. */
async function traced(cli: BuiltCli, name: string, acks: number): Promise<FlushVerdict> {
  const trace = join(folder, `${name}.trace`);
  const calls = 'trace=fsync,fdatasync,write,pwrite64,writev,pwritev,sendto,sendmsg';
  const running = await cli.run(['serve', '--port', '0', '--profile', 'test', '--data-dir', join(folder, name)], {
    by: ['strace', '-D', '-f', '-s', '4096', '-e', calls, '-o', trace],
    env: { UV_USE_IO_URING: '0' },
  });
  const address = { host: '127.0.0.1', port: running.port };
  const connection = await new TcpNetwork(nodeEnvironment(), { brokers: [] }).connect(address);
  const call = { clientId: 'trace' };
  await connection.send(
    { ...call, api: 'CreateTopics', version: 7 },
    {
      topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 5000,
    },
  );
  const produce = (value: string) =>
    connection.send(
      { ...call, api: 'Produce', version: 9 },
      {
        acks,
        timeoutMs: 5000,
        topicData: [
          {
            name: topic,
            partitionData: [
              {
                index: 0,
                records: encodeBatch({
                  records: [{ key: null, value: new TextEncoder().encode(value), timestamp: Date.now() }],
                }),
              },
            ],
          },
        ],
      },
    );
  await produce('the first one makes the files');
  const { responses } = await produce('MARKED-RECORD');
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  connection.close();
  await running.kill('SIGTERM');
  return judgeFlush(readFileSync(trace, 'utf8'), 'MARKED-RECORD', topic);
}

describe.skipIf(!canTrace)(`the system calls of a broker (${reason})`, () => {
  let cli: BuiltCli;
  let early: BuiltCli;
  beforeAll(async () => {
    cli = await BuiltCli.build();
    early = await BuiltCli.build('test/cli/early-broker.ts');
  });
  afterAll(async () => {
    await Promise.all([cli.remove(), early.remove()]);
  });

  it('acks=all is answered when the record has been flushed to the disk', async () => {
    expect(await traced(cli, 'all', -1)).toEqual({ isWritten: true, isFlushedFirst: true, isAnswered: true });
  });

  it('acks=1 is answered when the system has it', async () => {
    expect(await traced(cli, 'one', 1)).toEqual({ isWritten: true, isFlushedFirst: false, isAnswered: true });
  });

  it('a broker that answers acks=all too early is caught', async () => {
    expect(await traced(early, 'early', -1)).toEqual({ isWritten: true, isFlushedFirst: false, isAnswered: true });
  });
});

describe('the judge of traces', () => {
  const lines = (...calls: string[]) => calls.map((call) => `7 ${call}`).join('\n');
  const write = 'pwrite64(20, "...MARKED...", 80, 10) = 80';
  const answer = 'write(25, "...orders...", 40) = 40';

  it.each([
    ['a flush of another file does not count', [write, 'fsync(21) = 0', answer], false],
    ['a flush before the write does not count', ['fsync(20) = 0', write, answer], false],
    ['a flush after the answer does not count', [write, answer, 'fsync(20) = 0'], false],
    ['a flush between them does', [write, 'fsync(20) = 0', answer], true],
    [
      'one that is still under way when it is answered does not',
      [write, 'fsync(20 <unfinished ...>', answer, '<... fsync resumed>) = 0'],
      false,
    ],
    [
      'one that began before and ended before does',
      [write, 'fsync(20 <unfinished ...>', '<... fsync resumed>) = 0', answer],
      true,
    ],
  ])('%s', (_, calls, isFlushedFirst) => {
    expect(judgeFlush(lines(...calls), 'MARKED', 'orders')).toEqual({
      isWritten: true,
      isFlushedFirst,
      isAnswered: true,
    });
  });
});
