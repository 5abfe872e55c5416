import { mount } from 'svelte';
import { startScenarioHost } from '../workers/start-scenario-host.js';
import App from './App.svelte';
import { AppState } from './state/app.svelte.js';
import { fileSink } from './state/file-sink.js';
import { pageFrames } from './state/frame-clock.js';
import { preferredLanguage } from './texts/languages.js';
import './theme/theme.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no element with the id app to draw in.');
const host = startScenarioHost();
const app = new AppState(host, pageFrames, window, preferredLanguage(navigator.languages));
mount(App, { target, props: { app, host } });

// The log's client is not needed to show the first page: it comes while that is read.
void app.open(async ({ beginAnew }) => {
  const [{ PageLog }, { KeptData }] = await Promise.all([
    import('./state/page-log.js'),
    import('./state/kept-data.svelte.js'),
  ]);
  const log = await PageLog.open(beginAnew ? { ifLost: 'begin-anew' } : {});
  app.kept = new KeptData(
    log,
    fileSink,
    () => new Date(),
    () => app.progressReplaced(),
  );
  return log;
});
