import type { LogRunSpec } from '../../engine/scenario/log-run-spec.js';
import { withConfig } from '../scenarios/log-outcome.js';
import type { Setting } from './setting.js';

/** What a learner can change in the run of a log; each is a config of Kafka's. */
export type LogVariation =
  | 'retention.ms'
  | 'log.retention.check.interval.ms'
  | 'segment.bytes'
  | 'segment.ms'
  | 'min.cleanable.dirty.ratio'
  | 'delete.retention.ms'
  | 'min.compaction.lag.ms';

/** One config that can be changed, within limits. */
export type LogSetting = Extract<Setting<LogRunSpec>, { kind: 'number' }> & { readonly name: LogVariation };

const minute = 60_000;

/** The settings that say something in the run of a spec: those of retention, or those of the cleaner. */
export function logSettings(spec: LogRunSpec): readonly LogSetting[] {
  return spec.config.isCompacted === true ? cleanerSettings(spec) : retentionSettings(spec);
}

function retentionSettings({ config, retentionCheckMs = 5 * minute }: LogRunSpec): readonly LogSetting[] {
  return [
    {
      kind: 'number',
      name: 'retention.ms',
      unit: 'ms',
      value: config.retentionMs ?? minute,
      limits: { least: 1000, most: 2 * minute },
      change: (retentionMs) => (spec) => withConfig(spec, { retentionMs }),
    },
    {
      kind: 'number',
      name: 'log.retention.check.interval.ms',
      unit: 'ms',
      value: retentionCheckMs,
      limits: { least: 1000, most: minute },
      change: (checkMs) => (spec) => ({ ...spec, retentionCheckMs: checkMs }),
    },
    {
      kind: 'number',
      name: 'segment.bytes',
      unit: 'bytes',
      value: config.segmentBytes ?? 216,
      limits: { least: 72, most: 720 },
      change: (segmentBytes) => (spec) => withConfig(spec, { segmentBytes }),
    },
    {
      kind: 'number',
      name: 'segment.ms',
      unit: 'ms',
      value: config.segmentMs ?? 10 * minute,
      limits: { least: 1000, most: 10 * minute },
      change: (segmentMs) => (spec) => withConfig(spec, { segmentMs }),
    },
  ];
}

function cleanerSettings({ config }: LogRunSpec): readonly LogSetting[] {
  return [
    {
      kind: 'number',
      name: 'min.cleanable.dirty.ratio',
      unit: 'ratio',
      value: config.minCleanableDirtyRatio ?? 0.5,
      limits: { least: 0, most: 1 },
      change: (minCleanableDirtyRatio) => (spec) => withConfig(spec, { minCleanableDirtyRatio }),
    },
    {
      kind: 'number',
      name: 'delete.retention.ms',
      unit: 'ms',
      value: config.deleteRetentionMs ?? minute,
      limits: { least: 0, most: 10 * minute },
      change: (deleteRetentionMs) => (spec) => withConfig(spec, { deleteRetentionMs }),
    },
    {
      kind: 'number',
      name: 'min.compaction.lag.ms',
      unit: 'ms',
      value: config.minCompactionLagMs ?? 0,
      limits: { least: 0, most: 10 * minute },
      change: (minCompactionLagMs) => (spec) => withConfig(spec, { minCompactionLagMs }),
    },
  ];
}
