// @ts-check
// The layer table of the architecture page, and the lint rule that holds it: imports point down only.

/**
 * @typedef {object} Layer
 * @property {string[]} imports the layers below that it may import (itself always)
 * @property {RegExp} packages the npm packages and Node modules that it may import
 * @property {string} instead what to do when something else seems to be needed
 */

const none = /^(?!)/;
const ground = ['engine/environment', 'engine/protocol'];
const machines = ['engine/log', 'engine/group', 'engine/models', 'engine/archive'];
const belowSimulation = [...ground, ...machines, 'engine/broker', 'engine/client', 'engine/streams', 'engine/history'];
const belowScenario = [...belowSimulation, 'engine/simulation'];
const engine = [...belowScenario, 'engine/scenario', 'engine/wire', 'engine/fsck'];

const askTheEnvironment =
  'Take what the world has to give as an argument (Environment), or move the code to the layer that may know both.';

/** @type {Record<string, Layer>} from the lowest up: from the folder under src/ to what it may import */
export const layers = {
  'engine/environment': {
    imports: [],
    packages: none,
    instead: 'It is the ground that everything stands on: declare an interface here and implement it above.',
  },
  'engine/protocol': {
    imports: ['engine/environment'],
    packages: /^(fflate|fzstd)$/,
    instead: 'It is the wall between client and broker and knows neither: put only what crosses the wall here.',
  },
  'engine/log': {
    imports: ground,
    packages: none,
    instead: 'The log is a machine that knows nothing of who uses it: pass a value or a callback in.',
  },
  'engine/group': {
    imports: ground,
    packages: none,
    instead:
      'A group decides and applies, it does not store: return records in a Decision and let the broker append them.',
  },
  'engine/models': {
    imports: ground,
    packages: none,
    instead: 'The models are for comparison and stand alone: what they share with the log belongs in environment.',
  },
  'engine/archive': {
    imports: [...ground, 'engine/log'],
    packages: none,
    instead: 'An archive holds logs and knows no topics but those it names: let the broker say what may be in one.',
  },
  'engine/broker': {
    imports: [...ground, 'engine/log', 'engine/group', 'engine/archive'],
    packages: /^re2js$/,
    instead:
      'The broker meets its clients only in engine/protocol: put what both need there, or answer it in a response.',
  },
  'engine/client': {
    imports: ground,
    packages: none,
    instead: 'A client meets the broker only in engine/protocol: send a request through its Network.',
  },
  'engine/streams': {
    imports: [...ground, 'engine/client'],
    packages: none,
    instead: 'A streams application is a client: what it needs of the cluster it asks for through its clients.',
  },
  'engine/wire': {
    imports: ground,
    packages: none,
    instead:
      'It carries requests and answers as bytes and knows neither who asks nor who answers: take a RequestHandler.',
  },
  'engine/history': {
    imports: ground,
    packages: none,
    instead: 'A history is judged from what was recorded: record what the checker needs as an event or an operation.',
  },
  'engine/fsck': {
    imports: ground,
    packages: none,
    instead:
      'What checks the log may not use its code, or it would make its mistakes: read the bytes again, in its own way.',
  },
  'engine/simulation': {
    imports: belowSimulation,
    packages: none,
    instead:
      'The simulated world may hold brokers and clients but no real one: take storage and settle() as arguments.',
  },
  'engine/scenario': {
    imports: belowScenario,
    packages: none,
    instead: askTheEnvironment,
  },
  'engine/platform/browser': {
    imports: engine,
    packages: /^(idb|comlink)$/,
    instead: 'An adapter implements interfaces of the engine: what starts it belongs in entry or workers.',
  },
  'engine/platform/node': {
    imports: engine,
    packages: /^(node:.*|ws)$/,
    instead: 'An adapter implements interfaces of the engine: what starts it belongs in entry or cli.',
  },
  workers: {
    imports: [...engine, 'engine/platform/browser'],
    packages: /^(idb|comlink)$/,
    instead: 'A worker runs without the page: send it what it needs in a message.',
  },
  entry: {
    imports: [...engine, 'engine/platform/browser', 'engine/platform/node', 'workers'],
    packages: /^(idb|comlink|node:.*)$/,
    instead: 'An entry is what others install: it may not need the learning app.',
  },
  cli: {
    imports: [...engine, 'engine/platform/node', 'entry'],
    packages: /^node:/,
    instead: 'The command line reads options and starts what entries offer.',
  },
  ui: {
    imports: ['workers', 'entry', 'engine/environment', 'engine/protocol', 'engine/scenario', 'engine/history'],
    packages: /^(svelte|comlink)(\/|$)/,
    instead:
      'The page is a function of the trace: ask the worker (ScenarioHost), and draw what the view model in engine/scenario says.',
  },
};

/**
 * The layer that the file at `path` (below `root`) belongs to; undefined if it is in none of them.
 * @param {string} path absolute, with `/`
 * @param {string} root the project's folder, absolute, with `/`
 */
export function layerOf(path, root) {
  const inSource = path.startsWith(`${root}/src/`) ? path.slice(root.length + '/src/'.length) : undefined;
  if (inSource === undefined) return undefined;
  return Object.keys(layers).find((layer) => inSource.startsWith(`${layer}/`));
}

/**
 * Why the file at `from` may not import `specifier`, or undefined if it may.
 * @param {string} from absolute, with `/`
 * @param {string} specifier as written in the import
 * @param {string} root the project's folder, absolute, with `/`
 * @returns {string | undefined}
 */
export function refusal(from, specifier, root) {
  const layerName = layerOf(from, root);
  if (layerName === undefined) {
    return from.startsWith(`${root}/src/`)
      ? `${from.slice(root.length + 1)} is in no layer. Add its folder to scripts/layers.mjs and to the architecture page.`
      : undefined;
  }
  const layer = /** @type {Layer} */ (layers[layerName]);
  if (!specifier.startsWith('.')) {
    if (layer.packages.test(specifier)) return undefined;
    return `src/${layerName} may not import the package '${specifier}'. ${layer.instead}`;
  }
  const target = layerOf(new URL(specifier, `file://${from}`).pathname, root);
  if (target === layerName || (target !== undefined && layer.imports.includes(target))) return undefined;
  const targetName = target === undefined ? `'${specifier}', which is in no layer` : `src/${target}`;
  return `src/${layerName} may not import ${targetName}. ${layer.instead}`;
}

/**
 * The lint rule over the project at `root`.
 * @param {string} root absolute, with `/`
 * @returns {import('eslint').Rule.RuleModule}
 */
export function layerRule(root) {
  return {
    meta: { type: 'problem', schema: [], docs: { description: 'Imports point down the layers only.' } },
    create(context) {
      const from = context.filename.replaceAll('\\', '/');
      /** @param {{ type: string, value?: unknown } | null | undefined} source */
      const judge = (source) => {
        if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
        const message = refusal(from, source.value, root);
        if (message !== undefined)
          context.report({ node: /** @type {import('eslint').Rule.Node} */ (source), message });
      };
      return {
        ImportDeclaration: (node) => judge(node.source),
        ExportNamedDeclaration: (node) => judge(node.source),
        ExportAllDeclaration: (node) => judge(node.source),
        ImportExpression: (node) => judge(node.source),
        /** @param {{ source: { type: string, value?: unknown } }} node */
        TSImportType: (node) => judge(node.source),
      };
    },
  };
}
