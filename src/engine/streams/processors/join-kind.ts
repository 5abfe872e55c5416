/** Whose records are passed on without a partner: nobody's, the left side's, or both sides'. */
export type JoinKind = 'inner' | 'left' | 'outer';
