import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CompressionTypes, Kafka } from '../../src/entry/node.js';
import { BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(async () => (cli = await BuiltCli.build()), 60_000);
afterAll(() => cli.remove());

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'partita-data-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function write(
  port: number,
  values: readonly string[],
  options: object = {},
  retry?: { retries: number },
): Promise<void> {
  const producer = new Kafka({ brokers: [`127.0.0.1:${port}`], ...options }).producer(retry && { retry });
  await producer.connect();
  await producer.send({ topic: 'orders', messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

async function read(port: number, count: number): Promise<string[]> {
  const consumer = new Kafka({ brokers: [`127.0.0.1:${port}`] }).consumer({ groupId: 'readers' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async ({ message }) => {
        values.push(new TextDecoder().decode(message.value ?? undefined));
        if (values.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

describe('partita', () => {
  it.each([
    [['--help'], 0, 'Usage: partita <command>'],
    [[], 0, 'Usage: partita <command>'],
    [['serve', '--help'], 0, '--data-dir <folder>'],
    [['gateway', '--help'], 0, '--upstream <host:port>'],
    [['export', '--help'], 0, '--topic <name>'],
    [['import', '--help'], 0, '--rename <old=new>'],
    [['streams-reset', '--help'], 0, '--input-topics <a,b>'],
    [['streams-reset'], 2, '--application-id <id>'],
    [
      ['streams-reset', '--application-id', 'a', '--to-latest', '--shift-by', '1'],
      2,
      'Only one of --to-latest, --shift-by',
    ],
    [['--version'], 0, '0.1.0'],
    [['play'], 2, "There is no command 'play'"],
    [['serve', '--frob'], 2, "Unknown option '--frob'"],
    [['serve', '--port', 'x'], 2, 'a number from 0 to 65535 was expected'],
    [['serve', '--port', '0', '--config', 'num.partitions'], 2, 'key=value was expected'],
    [['serve', '--port', '0', '--config', 'num.partitions=x'], 1, 'Not a number of type INT'],
    [['serve', '--port', '0', '--config', 'no.such=1'], 1, 'num.partitions'],
    [['serve', '--port', '0', '--profile', 'x'], 2, 'kafka, classroom, test'],
    [['serve', '--port', '0', '--max-memory', 'x'], 2, '512m'],
    [['serve', '--port', '0', '--user', 'alice'], 2, 'name:password'],
    [['serve', '--port', '0', '--tls-key', 'k'], 2, '--tls-cert'],
    [['serve', '--port', '0', '--data-dir', process.execPath], 1, 'A directory is expected there.'],
    [['serve', '--port', '0', '--data-dir', join(process.execPath, 'x')], 1, 'A directory is expected there.'],
    [['serve', '--port', '0', '--host', '0.0.0.0'], 1, '--tls-client-ca'],
    [['serve', '--port', '0', '--websocket', '--allow-origin', 'https://a.example/'], 2, '; https://a.example was'],
    [['gateway', '--upstream', 'a:1', '--allow-origin', 'localhost:5173'], 2, 'an origin like https://app.example'],
    [['serve', '--port', '0', '--ui', '70000'], 2, 'a number from 0 to 65535 was expected'],
    [['gateway'], 2, '--upstream host:port'],
    [['export', 'x.tar'], 2, '--data-dir <folder>'],
    [['export', '--data-dir', '/nowhere'], 2, 'Name one file'],
    [['export', '--data-dir', '/nowhere', 'x.tar'], 1, 'There are no logs in /nowhere'],
    [['import', '--data-dir', '/nowhere', '--rename', 'x', 'x.tar'], 2, 'old=new was expected'],
    [['import', '--data-dir', '/nowhere', 'no-such.tar'], 1, 'There is no file no-such.tar'],
  ])('%j ends with %i and says what helps', async (args, code, text) => {
    const run = await cli.run(args);
    expect(await run.ended).toBe(code);
    expect(run.out + run.err).toContain(text);
  });
});

describe('partita export and import', () => {
  it('take topics from one folder to another, all or nothing', async () => {
    const [data, other] = [folder(), folder()];
    const first = await cli.run(['serve', '--port', '0', '--profile', 'test', '--data-dir', data]);
    await write(first.port, ['one', 'two']);
    const file = join(folder(), 'topics.tar');
    const tooEarly = await cli.run(['export', '--data-dir', data, file]);
    expect([await tooEarly.ended, existsSync(file)]).toEqual([1, false]);
    expect(tooEarly.err).toContain('in use by process');
    await first.kill('SIGTERM');
    const written = await cli.run(['export', '--data-dir', data, file]);
    expect([await written.ended, written.out]).toEqual([0, `1 topic with 2 records written to ${file}.\n`]);
    const again = await cli.run(['export', '--data-dir', data, file]);
    expect(await again.ended).toBe(1);
    expect(again.err).toContain('There is a file');

    const damaged = readFileSync(file);
    damaged[damaged.length - 2000]! ^= 1;
    writeFileSync(`${file}.damaged`, damaged);
    const refused = await cli.run(['import', '--data-dir', other, `${file}.damaged`]);
    expect(await refused.ended).toBe(1);
    expect(refused.err).toMatch(/orders-0|checksums/);
    expect(existsSync(join(other, 'orders-0'))).toBe(false);
    const taken = await cli.run(['import', '--data-dir', data, file]);
    expect(await taken.ended).toBe(1);
    expect(taken.err).toContain("There is a topic 'orders' already");
    for (const [options, says] of [
      [[], 'orders: 2 records in 1 partition.'],
      [['--rename', 'orders=copy', '--no-groups'], 'copy, which was orders: 2 records in 1 partition.'],
    ] as const) {
      const imported = await cli.run(['import', '--data-dir', other, ...options, file]);
      expect([await imported.ended, imported.err]).toEqual([0, '']);
      expect(imported.out).toContain(says);
    }
    const second = await cli.run(['serve', '--port', '0', '--profile', 'test', '--data-dir', other]);
    expect(await read(second.port, 2)).toEqual(['one', 'two']);
    await second.kill('SIGTERM');
  });
});

describe('partita serve', () => {
  it('serves from memory and forgets', async () => {
    const run = await cli.run(['serve', '--port', '0', '--profile', 'test', '--max-memory', '64m']);
    expect(run.out).toContain('in memory, at most 64 MiB');
    await write(run.port, ['one', 'two']);
    expect((await read(run.port, 2)).sort()).toEqual(['one', 'two']);
    expect(await run.kill('SIGTERM')).toBe(0);
  });

  it('looks into what every codec has compressed, although it loads codecs late', async () => {
    const run = await cli.run(['serve', '--port', '0', '--profile', 'test']);
    const producer = new Kafka({ brokers: [`127.0.0.1:${run.port}`] }).producer();
    await producer.connect();
    const names = Object.keys(CompressionTypes) as (keyof typeof CompressionTypes)[];
    for (const name of names)
      await producer.send({ topic: 'orders', compression: CompressionTypes[name], messages: [{ value: name }] });
    await producer.disconnect();
    expect((await read(run.port, names.length)).sort()).toEqual(names.sort());
    await run.kill('SIGTERM');
  });

  it('keeps what it is told in files, stops in good order, and goes on where it was', async () => {
    const data = folder();
    const first = await cli.run(['serve', '--port', '0', '--profile', 'test', '--data-dir', data]);
    await write(first.port, ['one']);
    expect(await first.kill('SIGTERM')).toBe(0);
    for (const name of [
      '00000000000000000000.log',
      '00000000000000000000.index',
      '00000000000000000000.timeindex',
      'leader-epoch-checkpoint',
      'partition.metadata',
    ])
      expect(existsSync(join(data, 'orders-0', name)), name).toBe(true);
    expect(existsSync(join(data, 'meta.properties'))).toBe(true);
    const second = await cli.run(['serve', '--port', '0', '--profile', 'test', '--data-dir', data]);
    await write(second.port, ['two']);
    expect(await read(second.port, 2)).toEqual(['one', 'two']);
    expect(await second.kill('SIGINT')).toBe(0);
  });

  it('one process has a folder; the other is told by whom', async () => {
    const data = folder();
    const first = await cli.run(['serve', '--port', '0', '--data-dir', data]);
    const second = await cli.run(['serve', '--port', '0', '--data-dir', data]);
    expect(await second.ended).toBe(1);
    expect(second.err).toContain(`in use by process ${first.pid}`);
    await first.kill('SIGKILL');
    const third = await cli.run(['serve', '--port', '0', '--data-dir', data]);
    expect(third.out).toContain(data);
    await third.kill('SIGTERM');
  });

  it('a port that is taken is told', async () => {
    const first = await cli.run(['serve', '--port', '0']);
    const second = await cli.run(['serve', '--port', String(first.port)]);
    expect(await second.ended).toBe(1);
    expect(second.err).toContain('choose another port');
    await first.kill('SIGTERM');
  });

  it('memory that is used up is told to producers, and the broker lives', async () => {
    const run = await cli.run(['serve', '--port', '0', '--profile', 'test', '--max-memory', '1m']);
    await write(run.port, ['first']);
    const big = Array.from({ length: 4 }, () => 'x'.repeat(400_000));
    await expect(write(run.port, big, {}, { retries: 0 })).rejects.toThrow('Raise the limit');
    expect(await read(run.port, 1)).toContain('first');
    await run.kill('SIGTERM');
  });

  it('stops when npx is stopped, whose shell passes no signal on', async () => {
    const run = await cli.run(['serve', '--port', '0'], {
      env: { npm_command: 'exec' },
      by: ['sh', '-c', '"$@"; true', 'npx'],
    });
    expect(run.out).toContain('Ctrl+C stops it');
    // Its output ends with the last process that has it.
    expect(await run.kill('SIGTERM')).toBe('SIGTERM');
  });

  it('refuses what it has no room for, ten times as much as it may keep, and lives with a small heap', async () => {
    const run = await cli.run(['serve', '--port', '0', '--profile', 'test', '--max-memory', '8m'], {
      env: { NODE_OPTIONS: '--max-old-space-size=64' },
    });
    const refused = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const producer = new Kafka({ brokers: [`127.0.0.1:${run.port}`] }).producer({ retry: { retries: 0 } });
        await producer.connect();
        let count = 0;
        for (let batch = 0; batch < 12; batch++) {
          const messages = Array.from({ length: 8 }, () => ({ value: Buffer.alloc(100_000, batch) }));
          await producer.send({ topic: 'orders', messages }).catch(() => (count += 1));
        }
        await producer.disconnect();
        return count;
      }),
    );
    expect(refused.reduce((sum, count) => sum + count)).toBeGreaterThan(70);
    expect((await read(run.port, 1)).length).toBeGreaterThan(0);
    expect([run.err, await run.kill('SIGTERM')]).toEqual(['', 0]);
  });

  it('lets in who is in the file of users', async () => {
    const file = join(folder(), 'users');
    writeFileSync(file, '# those who may\nalice:secret\n');
    const run = await cli.run(['serve', '--port', '0', '--users-file', file]);
    await expect(
      write(run.port, ['x'], { connectionTimeout: 500, requestTimeout: 500, retry: { retries: 0 } }),
    ).rejects.toThrow();
    await write(run.port, ['x'], { sasl: { mechanism: 'scram-sha-512', username: 'alice', password: 'secret' } });
    await run.kill('SIGTERM');
  });
});

describe('WebSockets', () => {
  const origin = 'https://app.example';
  const attempt = (port: number, headers: Record<string, string>, protocols: string[] = ['kafka.partita']) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, protocols, { headers });
      socket.on('open', () => {
        resolve('open');
        socket.terminate();
      });
      socket.on('error', (error) => resolve(error.message));
    });

  it('GW-2 GW-3 GW-4 are opened for allowed pages and for programs with the token', async () => {
    const run = await cli.run(['serve', '--port', '0', '--websocket', '0', '--allow-origin', origin], { lines: 2 });
    const [, port, token] = /ws:\/\/127\.0\.0\.1:(\d+).* token (\S+)\./.exec(run.out) ?? [];
    const at = Number(port);
    expect(await attempt(at, { origin })).toBe('open');
    expect(await attempt(at, {}, ['kafka.partita', `token.partita.${token}`])).toBe('open');
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${origin}.evil.example` },
      { origin: 'http://app.example' },
      { origin: `${origin}:444` },
      { origin: `${origin}.` },
      { origin: origin.toUpperCase() },
      {},
    ] as Record<string, string>[])
      expect(await attempt(at, headers), JSON.stringify(headers)).toContain('403');
    expect(await attempt(at, {}, ['kafka.partita', 'token.partita.wrong'])).toContain('403');
    for (const host of ['attacker.example', `attacker.example:${at}`, `localhost:${at + 1}`, 'localhost'])
      expect(await attempt(at, { origin, host }), host).toContain('421');
    expect(run.out.replace(/token (\S+)\./, '')).not.toContain(token);
    await run.kill('SIGTERM');
  });

  it('GW-18 a gateway carries them to the brokers of its cluster, and to nothing else', async () => {
    const broker = await cli.run(['serve', '--port', '0', '--profile', 'test']);
    const upstream = `127.0.0.1:${broker.port}`;
    const run = await cli.run(['gateway', '--port', '0', '--upstream', upstream, '--allow-origin', origin]);
    const [, port] = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(run.out) ?? [];
    const closing = (target: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/?broker=${target}`, ['kafka.partita'], {
          headers: { origin },
        });
        socket.on('message', () => {
          resolve(0);
          socket.terminate();
        });
        socket.on('close', (code) => resolve(code));
        // ApiVersions 0 without a client id
        socket.on('open', () => socket.send(Buffer.from('0000000a0012000000000001ffff', 'hex')));
      });
    expect(await closing(upstream)).toBe(0);
    for (const other of ['169.254.169.254:80', '127.0.0.1:1', 'localhost:22', 'nonsense', 'file:///etc/passwd'])
      expect(await closing(other), other).toBe(1011);
    await run.kill('SIGTERM');
    await broker.kill('SIGTERM');
  });
});
