import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';
import { layerRule } from './scripts/layers.mjs';
import svelteConfig from './svelte.config.js';

const root = import.meta.dirname.replaceAll('\\', '/');

const takeTheEnvironment = {
  clock: 'Take the time from an Environment: environment.clock.now().',
  timers: 'Take timers from an Environment: environment.timers.set(delayMs, callback).',
  random: 'Take chance from an Environment: environment.random.',
  storage: 'Take storage from an Environment or as an argument; only engine/platform knows IndexedDB.',
  platform: 'The engine runs in every JavaScript world: what only some have belongs in engine/platform.',
};

const ambientGlobals = [
  ['performance', takeTheEnvironment.clock],
  ['setTimeout', takeTheEnvironment.timers],
  ['clearTimeout', takeTheEnvironment.timers],
  ['setInterval', takeTheEnvironment.timers],
  ['clearInterval', takeTheEnvironment.timers],
  ['setImmediate', takeTheEnvironment.timers],
  ['queueMicrotask', takeTheEnvironment.timers],
  ['requestAnimationFrame', takeTheEnvironment.timers],
  ['crypto', takeTheEnvironment.random],
  ['indexedDB', takeTheEnvironment.storage],
  ['localStorage', takeTheEnvironment.storage],
  ...['process', 'Buffer', 'window', 'self', 'document', 'navigator', 'globalThis', 'global', 'fetch'].map((name) => [
    name,
    takeTheEnvironment.platform,
  ]),
].map(([name, message]) => ({ name, message }));

export default typescript.config(
  { ignores: ['build/', 'dist/', 'coverage/', 'docs-site/', 'test/package/consumers/', 'test/golden/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  typescript.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      // An async function without await implements an interface whose other implementations do wait.
      '@typescript-eslint/require-await': 'off',
      // `return done();` where nothing is returned reads well enough.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
  },
  {
    // The parser knows no types of snippets and of other components' props; svelte-check does.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-meaningless-void-operator': 'off', // `void x` makes an effect depend on x
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // The table of the architecture page.
    files: ['src/**'],
    plugins: { partita: { rules: { layers: layerRule(root) } } },
    rules: { 'partita/layers': 'error' },
  },
  {
    // The world is an argument.
    files: ['src/engine/**'],
    ignores: ['src/engine/platform/**'],
    rules: {
      'no-restricted-globals': ['error', ...ambientGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: takeTheEnvironment.clock },
        { object: 'Math', property: 'random', message: takeTheEnvironment.random },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: takeTheEnvironment.clock },
        { selector: "CallExpression[callee.name='Date']", message: takeTheEnvironment.clock },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: {
      // A test may state what it knows of its own data; if it is wrong the test fails.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Matchers (expect.any) and parsed JSON are `any`, and spies take methods by name.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [typescript.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }] },
  },
);
