import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import { layers } from '../../scripts/layers.mjs';
import { projectRoot } from '../../scripts/setup.mjs';

// Rules that need types are left out: these files exist only in the test, so no program has types for them.
const untyped = new ESLint({
  cwd: projectRoot,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-') || ruleId === 'partita/layers',
});

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await untyped.lintText(code, { filePath: join(projectRoot, filePath) });
  return result!.messages.map((message) => `${message.ruleId ?? 'fatal'}: ${message.message}`);
}

describe('imports point down', () => {
  test.each([
    ['src/engine/client/producer.ts', '../broker/broker.js', 'src/engine/client may not import src/engine/broker'],
    ['src/engine/broker/broker.ts', '../client/kafka.js', 'src/engine/broker may not import src/engine/client'],
    [
      'src/engine/environment/clock.ts',
      '../protocol/api.js',
      'src/engine/environment may not import src/engine/protocol',
    ],
    ['src/engine/log/log.ts', '../group/group.js', 'src/engine/log may not import src/engine/group'],
    ['src/engine/simulation/world.ts', '../platform/node/settle.js', 'src/engine/simulation may not import'],
    ['src/engine/history/history.ts', '../client/kafka.js', 'src/engine/history may not import src/engine/client'],
    ['src/ui/main.ts', '../engine/broker/broker.js', 'src/ui may not import src/engine/broker'],
    ['src/workers/broker.worker.ts', '../ui/main.js', 'src/workers may not import src/ui'],
    ['src/engine/log/log.ts', 'idb', "src/engine/log may not import the package 'idb'"],
    ['src/engine/scenario/run.ts', 'node:fs', "src/engine/scenario may not import the package 'node:fs'"],
    [
      'src/engine/platform/browser/store.ts',
      'node:fs',
      "src/engine/platform/browser may not import the package 'node:fs'",
    ],
  ])('%s may not import %s', async (file, specifier, expected) => {
    expect(await complaints(file, `import { x } from '${specifier}';\nexport const y = x;\n`)).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  test('every way to import is seen', async () => {
    const code = [
      "export { a } from '../broker/a.js';",
      "export * from '../broker/b.js';",
      "export const c = import('../broker/c.js');",
      "export type D = import('../broker/d.js').D;",
      "import type { E } from '../broker/e.js';",
    ].join('\n');
    expect(await complaints('src/engine/client/producer.ts', code)).toHaveLength(5);
  });

  test.each([
    ['src/engine/client/producer.ts', '../protocol/apis.js'],
    ['src/engine/client/producer.ts', './record-accumulator.js'],
    ['src/engine/broker/broker.ts', '../log/partition-log.js'],
    ['src/engine/simulation/world.ts', '../broker/broker.js'],
    ['src/engine/platform/browser/store.ts', 'idb'],
    ['src/workers/broker.worker.ts', '../engine/platform/browser/store.js'],
    ['src/ui/main.ts', 'svelte'],
    ['test/engine/client/producer.test.ts', '../../../src/engine/broker/broker.js'],
  ])('%s may import %s', async (file, specifier) => {
    expect(await complaints(file, `import { x } from '${specifier}';\nexport const y = x;\n`)).toEqual([]);
  });

  test('a folder that the table does not know is named', async () => {
    const [complaint] = await complaints('src/somewhere/file.ts', "import '../ui/main.js';");
    expect(complaint).toContain('src/somewhere/file.ts is in no layer');
  });

  test('the table has no cycle: a layer imports only what stands before it', () => {
    const names = Object.keys(layers);
    for (const [name, layer] of Object.entries(layers)) {
      expect(names.slice(0, names.indexOf(name)), name).toEqual(expect.arrayContaining(layer.imports));
    }
  });
});

describe('the world is an argument', () => {
  test.each([
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'setTimeout(() => {}, 1)',
    'setInterval(() => {}, 1)',
    'queueMicrotask(() => {})',
    'performance.now()',
    'indexedDB.open("x")',
    'process.env',
    'crypto.randomUUID()',
    'window.name',
    'self.name',
    'globalThis.setTimeout',
  ])('%s is refused in the engine, with what to use instead', async (expression) => {
    const found = await complaints('src/engine/log/log.ts', `export const x = ${expression};\n`);
    expect(found).toEqual([expect.stringMatching(/Environment|engine\/platform/)]);
  });

  test.each(['Date.now()', 'indexedDB.open("x")', 'setTimeout(() => {}, 1)'])(
    '%s is allowed in platform',
    async (expression) => {
      expect(await complaints('src/engine/platform/browser/store.ts', `export const x = ${expression};\n`)).toEqual([]);
    },
  );

  test('a date of a given time is allowed', async () => {
    expect(await complaints('src/engine/log/log.ts', 'export const x = new Date(5);\n')).toEqual([]);
  });
});
