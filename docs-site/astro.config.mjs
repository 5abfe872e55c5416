import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';

export default defineConfig({
  integrations: [
    starlight({
      title: 'Partita',
      description: "Kafka's model, run for real in a browser tab.",
      favicon: '/icon.svg',
      credits: false,
      sidebar: [
        { label: 'What it is', slug: 'index' },
        { label: 'Run it', slug: 'run-it' },
        { label: 'Embed it', slug: 'embed-it' },
        { label: 'Consume', slug: 'consume' },
        { label: 'Streams', slug: 'streams' },
        { label: 'Serve it', slug: 'serve-it' },
        { label: 'Test with it', slug: 'test-with-it' },
        { label: 'Connect to a cluster', slug: 'connect-to-a-cluster' },
        { label: 'What can go wrong', slug: 'what-can-go-wrong' },
        { label: 'What is measured', slug: 'measured' },
        { label: 'Architecture', slug: 'architecture' },
        { label: 'Search with faults', slug: 'search-with-faults' },
        { label: 'Differences from Kafka', slug: 'differences-from-kafka' },
        { label: 'Decisions', autogenerate: { directory: 'decisions' } },
      ],
    }),
  ],
});
