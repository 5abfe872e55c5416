import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isNewEnough } from '../../scripts/node-version.mjs';
import { countTests } from '../../scripts/run-tests.mjs';
import { isInstalled } from '../../scripts/setup.mjs';

describe('what is installed is compared with the lockfile', () => {
  let root: string;
  const locked = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/idb': { version: '8.0.3' },
      'node_modules/only-on-another-system': { version: '1.0.0', optional: true },
    },
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'partita-setup-'));
    await writeFile(join(root, 'package-lock.json'), JSON.stringify(locked));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function install(version: string): Promise<void> {
    await mkdir(join(root, 'node_modules', 'idb'), { recursive: true });
    await writeFile(join(root, 'node_modules', 'idb', 'package.json'), '{}');
    const packages = { 'node_modules/idb': { version } };
    await writeFile(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  }

  test('nothing installed is not enough', () => {
    expect(isInstalled(root)).toBe(false);
  });

  test('the versions of the lockfile are enough, whatever is missing for other systems', async () => {
    await install('8.0.3');
    expect(isInstalled(root)).toBe(true);
  });

  test('another version is stale', async () => {
    await install('8.0.2');
    expect(isInstalled(root)).toBe(false);
  });

  test('a package whose folder was deleted is missing', async () => {
    await install('8.0.3');
    await rm(join(root, 'node_modules', 'idb'), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
});

describe('the oldest Node that will do', () => {
  test.each([
    ['18.20.4', false],
    ['20.9.0', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['22.1.0', true],
    ['100.0.0', true],
  ])('%s: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});

describe('the closing line counts what the report tells', () => {
  const passed = { status: 'passed' };
  const failed = { status: 'failed' };

  test('tests that passed, failed and were skipped', () => {
    const report = {
      testResults: [
        { status: 'passed', assertionResults: [passed, passed, { status: 'skipped' }] },
        { status: 'failed', assertionResults: [passed, failed] },
      ],
    };
    expect(countTests(report)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  test('a file that broke before its tests ran is a failure', () => {
    const report = { testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(countTests(report)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
