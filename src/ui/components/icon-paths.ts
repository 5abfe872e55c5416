/** The one icon set: strokes in a square of 16. */
export const iconPaths = {
  play: 'M5 3l8 5l-8 5z',
  pause: 'M5 3v10M11 3v10',
  'step-back': 'M10.5 3.5L6 8l4.5 4.5',
  'step-forward': 'M5.5 3.5L10 8l-4.5 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  kept: 'M3 8.5l3.5 3.5L13 4.5',
  broken: 'M4 4l8 8M12 4l-8 8',
  undecided: 'M4 8h8',
  unfold: 'M4 6l4 4l4-4',
  'go-to': 'M3 8h9M8.5 4.5L12 8l-3.5 3.5',
} as const;

export type IconName = keyof typeof iconPaths;
