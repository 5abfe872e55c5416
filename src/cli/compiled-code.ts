import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { basename, dirname } from 'node:path';
import { constants, Script } from 'node:vm';
import { withUsualFlags } from './small-heap.js';

/** By then a broker has mostly had its first client, and what that needed is compiled too. */
const keptAfterMs = 2_000;

/**
 * Has the modules in `folder` compiled once and not at each start. What V8 made of them is kept beside them, in `compiled`: where only those may write who may change the program, too.
 * Where this process may not, it starts as ever. Node does it by itself from version 22 on.
 */
export function keepCompiled(folder: string): void {
  const kept = `${folder}/compiled`;
  const { enableCompileCache } = nodeModule as typeof nodeModule & NewerNode;
  if (enableCompileCache !== undefined) enableCompileCache(kept);
  else loadKept(folder, kept);
}

interface NewerNode {
  readonly enableCompileCache?: (directory: string) => unknown;
}

interface ModuleInNode {
  readonly exports: unknown;
  require(id: string): unknown;
}

interface Loaders {
  readonly extensions: Record<string, (module: ModuleInNode, filename: string) => void>;
}

type Body = (
  this: unknown,
  exports: unknown,
  require: (id: string) => unknown,
  module: ModuleInNode,
  filename: string,
  dirname: string,
) => void;

/** Takes over how modules with the ending of ours are loaded. */
function loadKept(folder: string, kept: string): void {
  const fresh: { readonly path: string; readonly script: Script }[] = [];
  // Deprecated because loading should not be changed for everybody: here everybody is this program.
  const { extensions } = nodeModule.createRequire(`${folder}/cli.cjs`) as unknown as Loaders;
  extensions['.cjs'] = (module, filename) => {
    const path = `${kept}/${nameOf(filename)}`;
    const cachedData = readIfThere(path);
    // The bundle is in ASCII, which is read as it is.
    const script = new Script(nodeModule.wrap(readFileSync(filename, 'latin1')), {
      filename,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData && { cachedData }),
    });
    if (script.cachedDataRejected !== false) fresh.push({ path, script });
    const body = script.runInThisContext() as Body;
    body.call(module.exports, module.exports, (id) => module.require(id), module, filename, dirname(filename));
  };
  setTimeout(() => keep(kept, fresh), keptAfterMs).unref();
}

/** A module that was changed gets another name, for V8 itself only looks at how long its source is. */
function nameOf(filename: string): string {
  const { size, mtimeMs } = statSync(filename);
  return `${basename(filename)}-${size}-${mtimeMs}-${process.version}-${process.arch}`;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Under another name first: who starts meanwhile finds all of it or nothing. */
function keep(folder: string, fresh: readonly { readonly path: string; readonly script: Script }[]): void {
  try {
    for (const { path, script } of fresh) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const aside = `${path}.${process.pid}`;
      writeFileSync(
        aside,
        withUsualFlags(() => script.createCachedData()),
        { mode: 0o600 },
      );
      renameSync(aside, path);
    }
  } catch {
    // It may not write there, or the disk is full: the next start compiles again.
  }
}
