/** What may be wrong with a store. */
export type FindingKind =
  /** The end of a log is cut off in the middle of a batch, or was never whole. */
  | 'torn-tail'
  /** Bytes of a log are not what was written, or cannot be read. */
  | 'damaged-log'
  | 'missing-segment'
  /** Offsets are missing that no compaction took. */
  | 'offset-gap'
  | 'offset-index'
  | 'time-index'
  | 'transaction-index'
  | 'producer-snapshot'
  | 'leader-epochs'
  | 'checkpoint'
  | 'committed-offset'
  /** Something that belongs to nothing. */
  | 'orphan'
  /** The store itself does not hold together: rows are missing, or are not what was written. */
  | 'store';

/** Something that is not as it should be. */
export interface Finding {
  /** `repairable`: the next opening of the log mends it, and nothing that was acknowledged is lost by it. `corrupt`: records are lost or wrong. */
  readonly severity: 'repairable' | 'corrupt';
  readonly kind: FindingKind;
  /** The partition, as its folder is called: `orders-0`. */
  readonly partition?: string;
  /** The offsets that it concerns, first and last, both included; without a last one, nobody knows how far it went. */
  readonly offsets?: { readonly from: number; readonly to?: number };
  /** The file or blob. */
  readonly name?: string;
  /** The bytes of the file that it concerns. */
  readonly bytes?: { readonly from: number; readonly to: number };
  /** What was found and what was expected. */
  readonly message: string;
}

/** `clean`: nothing was found. `repairable`: the next opening mends all of it. `corrupt`: at least one finding is about lost or wrong records. */
export type Verdict = 'clean' | 'repairable' | 'corrupt';

/** The worst of the findings. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ severity }) => severity === 'corrupt')) return 'corrupt';
  return findings.length > 0 ? 'repairable' : 'clean';
}
