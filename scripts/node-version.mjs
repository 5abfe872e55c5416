// Plain syntax only: an old Node must be able to read this file to say that it is too old.

/** The oldest Node that runs Partita, as in `engines` of package.json. */
export const oldestNode = [20, 19];

/** Tells whether `version` (`20.19.0`) is at least `oldestNode`. */
export function isNewEnough(version) {
  const parts = version.split('.').map(Number);
  return parts[0] > oldestNode[0] || (parts[0] === oldestNode[0] && parts[1] >= oldestNode[1]);
}

/** Ends the process with a sentence that says what to do, if this Node is too old. */
export function requireNode() {
  if (isNewEnough(process.versions.node)) return;
  console.error(
    'This is Node ' +
      process.versions.node +
      ', but Partita needs Node ' +
      oldestNode.join('.') +
      ' or newer. Install a newer one (https://nodejs.org) and run the command again.',
  );
  process.exit(1);
}
