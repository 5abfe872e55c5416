// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { projectRoot } from './setup.mjs';

/** What ws takes if it happens to be there. */
const optionalNatives = ['bufferutil', 'utf-8-validate'];

/**
 * Writes the module `entry`, with everything it imports but Node's own modules, as the one file `file`. Fails if that is not enough.
 * @param {string} entry
 * @param {string} file
 * @param {'browser' | 'node'} platform
 * @param {'esm' | 'cjs'} [format]
 * @returns {Promise<{ code: string, moduleIds: string[] }>}
 */
export async function bundleModule(entry, file, platform, format = 'esm') {
  const external = platform === 'node' ? [/^node:/, ...optionalNatives] : [];
  const build = await rolldown({ input: entry, cwd: projectRoot, platform, external });
  const { output } = await build.write({
    file,
    format,
    codeSplitting: false,
    comments: { legal: true, annotation: true, jsdoc: false },
  });
  await build.close();
  const [bundle, ...rest] = output;
  const imports = [...bundle.imports, ...bundle.dynamicImports].filter(
    // A module that is imported dynamically and lies in the same file is named by that file.
    (id) => id !== bundle.fileName && (platform === 'browser' || !isBuiltin(id)),
  );
  if (rest.length > 0 || imports.length > 0)
    throw new Error(`${file} imports ${imports.join(', ') || rest[0]?.fileName}, but it must be one file.`);
  return { code: bundle.code, moduleIds: bundle.moduleIds };
}

/**
 * Writes the command `partita`, whose source is `entry`, as `cli.cjs` and `cli-*.cjs` in `folder`: what a broker starts with, and apart from it what other commands need. As
 * CommonJS, because Node starts that sooner and keeps it compiled.
 * @param {string} entry
 * @param {string} folder
 * @returns {Promise<{ file: string, moduleIds: string[] }>}
 */
export async function bundleCommand(entry, folder) {
  const build = await rolldown({
    input: { cli: entry },
    cwd: projectRoot,
    platform: 'node',
    external: [/^node:/, ...optionalNatives],
    plugins: [evaluatedLate(['fflate', 'fzstd'])],
    // Of two builds of fflate the one for Node loads worker threads, which nobody here wants.
    resolve: { alias: { fflate: join(projectRoot, 'node_modules/fflate/esm/browser.js') } },
  });
  const { output } = await build.generate({
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'cli-[name].cjs',
    // One file for the broker: what it calls all the time should not lie behind the exports of another.
    codeSplitting: { groups: [{ name: 'broker', test: /src[\\/]entry[\\/]node-broker\.ts$/ }] },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
  mkdirSync(folder, { recursive: true });
  const chunks = output.filter((file) => file.type === 'chunk');
  const imports = chunks
    .flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports])
    .filter((id) => !isBuiltin(id) && !chunks.some(({ fileName }) => fileName === id));
  if (imports.length > 0) throw new Error(`The command imports ${imports.join(', ')}, but it must need Node alone.`);
  const late = chunks.flatMap((chunk) => chunk.dynamicImports).filter((id) => isBuiltin(id));
  if (late.length > 0)
    throw new Error(`The command imports ${late.join(', ')} by import(), which code that is kept compiled cannot.`);
  for (const { fileName, code } of chunks) writeFileSync(join(folder, fileName), inAscii(code));
  return { file: join(folder, 'cli.cjs'), moduleIds: chunks.flatMap((chunk) => chunk.moduleIds) };
}

/**
 * Packages whose tables cost more than a broker has to start: they are evaluated when something of them is first called.
 * @param {string[]} packages
 * @returns {import('rolldown').Plugin}
 */
function evaluatedLate(packages) {
  const prefix = '\0late:';
  return {
    name: 'evaluated-late',
    resolveId: {
      filter: { id: new RegExp(`^(${packages.join('|')})$`) },
      handler: (id, importer) =>
        importer?.startsWith(prefix) === true ? null : { id: prefix + id, moduleSideEffects: false },
    },
    load: {
      filter: { id: /^\0late:/ },
      handler: async (id) => {
        const name = id.slice(prefix.length);
        const late = Object.keys(await import(name)).filter((key) => /^[A-Za-z]\w*$/.test(key) && key !== 'default');
        const lines = late.map((key) => `export const ${key} = /* @__PURE__ */ late('${key}');`);
        return `let loaded;
const real = () => (loaded ??= require('${name}'));
const late = (key) => new Proxy(function () {}, {
  apply: (_, self, given) => real()[key](...given),
  construct: (_, given) => new (real()[key])(...given),
});
${lines.join('\n')}`;
      },
    },
  };
}

/**
 * V8 takes two bytes for each character of a file that has others: they stand in texts alone, where they can be written so.
 * @param {string} code
 */
function inAscii(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
