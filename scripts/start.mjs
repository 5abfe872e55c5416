// `npm start`: installs what is missing, builds the app, serves it and prints where.
import { requireNode } from './node-version.mjs';

requireNode();
// Imported only now: these files use syntax that an older Node cannot read.
import('./serve-app.mjs')
  .then((app) => app.serveApp(process.argv.slice(2)))
  .catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
