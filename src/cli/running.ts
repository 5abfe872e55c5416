/** Something that was started and goes on until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}
