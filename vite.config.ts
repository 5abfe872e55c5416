import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { metaPolicy } from './scripts/content-security-policy.mjs';

/** Puts the policy into the built page. Not while developing: vite's own client adds styles that it forbids. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'partita:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  base: './',
  plugins: [svelte(), contentSecurityPolicy()],
  build: {
    outDir: 'build/app',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy knows no data: scripts or styles
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  worker: { format: 'es' },
});
