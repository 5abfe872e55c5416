import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../../scripts/setup.mjs';
import { BrokerSettings, profiles } from '../../src/engine/broker/broker-config.js';

const pages = join(projectRoot, 'docs-site', 'src', 'content', 'docs');

function read(...path: string[]): string {
  return readFileSync(join(projectRoot, ...path), 'utf8');
}

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** The rows of the first table under a heading: the text of each cell. */
function tableUnder(markdown: string, heading: string): string[][] {
  const section = markdown.split(new RegExp(`^## ${heading}$`, 'm'))[1]!.split(/^## /m)[0]!;
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Folders under src that hold files themselves, down to the level that the map goes. */
function sourceFolders(folder = join(projectRoot, 'src')): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => sourceFolders(join(folder, entry.name)));
  const path = relative(projectRoot, folder).replaceAll('\\', '/');
  return entries.some((entry) => entry.isFile()) ? [path, ...below] : below;
}

describe('the file map of the architecture page', () => {
  const mapped = tableUnder(read('docs-site/src/content/docs/architecture.md'), 'File map').map(([path]) =>
    path!.replaceAll('`', ''),
  );

  test.each(mapped)('%s is there', (path) => {
    expect(existsSync(join(projectRoot, path))).toBe(true);
  });

  test('every folder of the engine is on it, and every other folder of src is in one that is', () => {
    const missing = sourceFolders().filter((folder) =>
      folder.startsWith('src/engine/')
        ? !mapped.includes(folder)
        : !mapped.some((path) => path === folder || folder.startsWith(`${path}/`) || folder === 'src/ui'),
    );
    expect(missing).toEqual([]);
  });
});

describe('links and paths', () => {
  const documents = [join(projectRoot, 'README.md'), join(projectRoot, 'CONTRIBUTING.md'), ...markdownFiles(pages)];

  test.each(documents.map((document) => relative(projectRoot, document)))(
    '%s links only to what is there',
    (document) => {
      const text = read(document);
      const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target]) => target!.replace(/#.*$/, ''))
        .filter((target) => target !== '' && !/^https?:/.test(target))
        .filter((target) => {
          if (!target.startsWith('/')) return !existsSync(join(projectRoot, dirname(document), target));
          const page = join(pages, target);
          return !existsSync(`${page.replace(/\/$/, '')}.md`) && !existsSync(join(page, 'index.md'));
        });
      expect(broken).toEqual([]);
    },
  );

  test('README and CONTRIBUTING name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = ['README.md', 'CONTRIBUTING.md', 'docs-site/src/content/docs/run-it.md'].flatMap((document) =>
      [...read(document).matchAll(/\bnpm (?:run (\w+)|(start|test)\b)/g)].map((match) => (match[1] ?? match[2])!),
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the table of profiles on the page of differences is what the broker does', () => {
  const rows = tableUnder(read('docs-site/src/content/docs/differences-from-kafka.md'), 'Settings');
  const kafka = new BrokerSettings('kafka');
  for (const profile of ['classroom', 'test'] as const) {
    const changed = Object.entries(profiles[profile]).map(([name, value]) => [
      `\`${name}\``,
      kafka.text(name),
      String(value),
    ]);
    expect(rows).toEqual(changed);
  }
});

describe('the faults on the page of what can go wrong', () => {
  const faults = tableUnder(read('docs-site/src/content/docs/what-can-go-wrong.md'), 'In the browser');
  /** Of a hidden page's timers there is no test: a browser begins to slow them down only after minutes. */
  const untested = ['Timers of hidden pages are slowed down to one a minute'];

  test.each(faults)('%s: its tests are there', (fault, _, testedBy) => {
    const named = [...testedBy.matchAll(/`([^`]+)`: ([^·]+)/g)].map(
      ([, file = '', title = '']) => [file, title.trim()] as const,
    );
    expect(named.length > 0).toBe(!untested.includes(fault));
    for (const [file, title] of named) expect(read(file), file).toContain(title);
  });

  test('are all thirty-one', () => {
    expect(new Set(faults.map(([fault]) => fault)).size).toBe(31);
  });
});
