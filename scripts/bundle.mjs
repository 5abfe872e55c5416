// @ts-check
import { isBuiltin } from 'node:module';
import { rolldown } from 'rolldown';
import { projectRoot } from './setup.mjs';

/** What ws takes if it happens to be there. */
const optionalNatives = ['bufferutil', 'utf-8-validate'];

/**
 * Writes the module `entry`, with everything it imports but Node's own modules, as the one file `file`. Fails if that is not enough.
 * @param {string} entry
 * @param {string} file
 * @param {'browser' | 'node'} platform
 * @returns {Promise<{ code: string, moduleIds: string[] }>}
 */
export async function bundleModule(entry, file, platform) {
  const external = platform === 'node' ? [/^node:/, ...optionalNatives] : [];
  const build = await rolldown({ input: entry, cwd: projectRoot, platform, external });
  const { output } = await build.write({
    file,
    format: 'esm',
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
