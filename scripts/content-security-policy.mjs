// @ts-check

const directives = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** The policy of the page, as it stands in its `<meta>` element. */
export const metaPolicy = directives.join('; ');

/** The same as a header, with what only a header can say: no other page may frame this one. */
export const headerPolicy = [...directives, "frame-ancestors 'none'"].join('; ');
