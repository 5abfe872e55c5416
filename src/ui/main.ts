import { mount } from 'svelte';
import { startScenarioHost } from '../workers/start-scenario-host.js';
import App from './App.svelte';
import { AppState } from './state/app.svelte.js';
import { pageFrames } from './state/frame-clock.js';
import { preferredLanguage } from './texts/languages.js';
import './theme/theme.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no element with the id app to draw in.');
const host = startScenarioHost();
const app = new AppState(host, pageFrames, window, preferredLanguage(navigator.languages));
mount(App, { target, props: { app, host } });

// The log's client is not needed to show the first page: it comes while that is read.
import('./state/page-log.js')
  .then(({ PageLog }) => PageLog.open())
  .then(
    (log) => app.connect(log, log),
    (error: unknown) => app.goOnWithoutLog(error instanceof Error ? error.message : String(error)),
  );
