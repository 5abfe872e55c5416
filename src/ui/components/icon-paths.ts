/** The one icon set: strokes in a square of 16. */
export const iconPaths = {
  'step-back': 'M10.5 3.5L6 8l4.5 4.5',
  'step-forward': 'M5.5 3.5L10 8l-4.5 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  kept: 'M3 8.5l3.5 3.5L13 4.5',
  broken: 'M4 4l8 8M12 4l-8 8',
  undecided: 'M4 8h8',
} as const;

export type IconName = keyof typeof iconPaths;
