import { plainPrograms, type ApplicationProgram } from './application-programs.js';
import { joinPrograms } from './join-programs.js';
import { windowPrograms } from './window-programs.js';

const all = { ...plainPrograms, ...windowPrograms, ...joinPrograms };

export type ProgramName = keyof typeof all;

/** By the names that plans know. */
export const programs: Readonly<Record<ProgramName, ApplicationProgram>> = all;
