/** Gives an operator's node a name of its own; without, it is named by its kind and a number that counts through the application. */
export interface Named {
  readonly name?: string;
}
