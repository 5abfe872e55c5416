// @ts-check
// A real Apache Kafka on this machine, to compare with: fetched by Maven once, started in seconds.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const kafkaVersion = '4.3.1';

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'partita-apache-kafka');

/** Why there can be no Kafka here; undefined if there can be one. */
export function whyNoKafka() {
  for (const [program, flag] of /** @type {const} */ ([
    ['java', '-version'],
    ['mvn', '--version'],
  ])) {
    if (spawnSync(program, [flag], { stdio: 'ignore' }).status !== 0) return `${program} is not installed`;
  }
  try {
    classpath();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What Java needs to run Kafka and its tools; Maven fetches it the first time. */
export function classpath() {
  const file = join(cache, `classpath-with-streams-${kafkaVersion}`);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    const project = join(cache, 'pom.xml');
    writeFileSync(project, projectObject());
    const goal = ['-q', '-B', '-f', project, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
    const { status, stdout, stderr } = spawnSync('mvn', goal, { encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`Maven could not fetch Apache Kafka ${kafkaVersion}: ${(stdout + stderr).slice(-500)}`);
  }
  const found = readFileSync(file, 'utf8').trim();
  const missing = found.split(delimiter).find((jar) => !existsSync(jar));
  if (missing !== undefined) {
    rmSync(file);
    throw new Error(`${missing} has gone; start again, and Maven fetches it.`);
  }
  return found;
}

/**
 * Starts a cluster of one node, with these settings on top of what makes it small. Resolves when it listens. `secured` adds a listener over TLS (its key and certificate as PEM),
 * at which users say who they are.
 * @param {Readonly<Record<string, string>>} [settings]
 * @param {{ readonly pem: string, readonly users: Readonly<Record<string, string>> }} [secured]
 */
export async function startApacheKafka(settings = {}, secured) {
  const folder = mkdtempSync(join(tmpdir(), 'partita-kafka-'));
  const [port, controllerPort, securedPort] = [await freePort(), await freePort(), await freePort()];
  const properties = join(folder, 'server.properties');
  const values = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...settings,
    ...(secured && securedSettings(folder, secured, { port, controllerPort, securedPort })),
  };
  writeFileSync(
    properties,
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  );
  const java = ['-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', classpath()];
  const formatted = spawnSync(
    'java',
    [
      ...java,
      ...['kafka.tools.StorageTool', 'format', '-t', 'cGFydGl0YS1jb21wYXJlZA', '-c', properties],
      ...Object.entries(secured?.users ?? {}).flatMap(([name, password]) =>
        ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
          '--add-scram',
          `${mechanism}=[name=${name},password=${password}]`,
        ]),
      ),
    ],
    { encoding: 'utf8' },
  );
  if (formatted.status !== 0)
    throw new Error(`Kafka's storage could not be formatted: ${formatted.stdout}${formatted.stderr}`);
  const began = performance.now();
  const child = spawn('java', [...java, 'kafka.Kafka', properties], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said = (said + text).slice(-5000)));
  const ended = new Promise((resolve) => child.on('close', resolve));
  let isOver = false;
  void ended.then(() => (isOver = true));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  for (;;) {
    if (isOver) throw new Error(`Kafka has ended: ${said}`);
    if (await accepts(port)) break;
    if (performance.now() - began > 180_000) {
      await stop();
      throw new Error(`Kafka does not listen after three minutes: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    bootstrap: `127.0.0.1:${port}`,
    securedBootstrap: `127.0.0.1:${securedPort}`,
    pid: /** @type {number} */ (child.pid),
    listeningMs: performance.now() - began,
    stop,
  };
}

/**
 * @param {string} folder
 * @param {{ readonly pem: string, readonly users: Readonly<Record<string, string>> }} secured
 * @param {{ readonly port: number, readonly controllerPort: number, readonly securedPort: number }} ports
 */
function securedSettings(folder, { pem, users }, { port, controllerPort, securedPort }) {
  const keystore = join(folder, 'keystore.pem');
  writeFileSync(keystore, pem);
  const login = 'org.apache.kafka.common.security';
  const plainUsers = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  return {
    listeners: `PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${securedPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${securedPort}`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required ${plainUsers.join(' ')};`,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @param {number} port */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function projectObject() {
  const dependency = (/** @type {string} */ artifact) =>
    `<dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${kafkaVersion}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>partita</groupId><artifactId>compared</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependency('kafka_2.13')}${dependency('kafka-tools')}${dependency('kafka-streams-test-utils')}
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>`;
}
