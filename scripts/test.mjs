// `npm test`: installs what is missing (Chromium too), builds the app once and runs the tests.
import { requireNode } from './node-version.mjs';

requireNode();
// Imported only now: these files use syntax that an older Node cannot read.
import('./run-tests.mjs')
  .then((tests) => tests.runTests(process.argv.slice(2)))
  .then((exitCode) => process.exit(exitCode))
  .catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
