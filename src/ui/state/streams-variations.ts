import type {
  RunApplication,
  StreamsProgram,
  StreamsRunSpec,
  WindowKind,
} from '../../engine/scenario/streams-run-spec.js';
import {
  applicationSpecOf,
  withApplication,
  type StreamsSettingName,
  type StreamsVariation,
} from '../scenarios/streams-outcome.js';
import type { StreamsAppTexts } from '../texts/streams-app-texts.js';
import { choiceSetting, type Change as ChangeOf, type Setting, type SettingSection } from './setting.js';

interface Named {
  readonly setting: StreamsSettingName;
  readonly application: string;
}

/** A setting as it stands in a spec, and how it is changed. */
export type StreamsSetting = Named & Setting<StreamsRunSpec>;

type Change = ChangeOf<StreamsRunSpec>;

const second = 1000;
const mebibyte = 1024 * 1024;
const windowKinds = ['tumbling', 'hopping', 'sliding', 'session'] as const satisfies readonly WindowKind[];
const joins = ['stream-stream', 'stream-table', 'left-stream-table', 'table-table', 'global-table'] as const;
const changelogs = ['compact', 'delete', 'input-topic', 'none'] as const;

/** The settings that a scenario offers, as they stand in `spec`. Those that mean nothing in it are left out. */
export function streamsSettings(
  spec: StreamsRunSpec,
  variations: readonly StreamsVariation[],
): readonly StreamsSetting[] {
  return variations.flatMap((variation) => settingOf(spec, variation) ?? []);
}

/** The settings by the application that they change, in the words of the page. */
export function streamsSections(
  spec: StreamsRunSpec,
  variations: readonly StreamsVariation[],
  { stage, vary: words }: StreamsAppTexts,
): readonly SettingSection<StreamsRunSpec>[] {
  const settings = streamsSettings(spec, variations);
  const nameOf = ({ setting }: StreamsSetting): string =>
    setting in words.names ? words.names[setting as keyof typeof words.names] : setting;
  return [...new Set(settings.map(({ application }) => application))].map((application) => ({
    legend: stage.application(application),
    settings: settings
      .filter((each) => each.application === application)
      .map((each) => ({ ...each, name: nameOf(each), choiceName: (value) => words.choices[value] ?? value })),
  }));
}

function settingOf(spec: StreamsRunSpec, { setting, application }: StreamsVariation): StreamsSetting | undefined {
  const shown = applicationSpecOf(spec, application);
  const named = { setting, application };
  const ofApplication = (change: (each: RunApplication) => RunApplication): Change => {
    return (given) => withApplication(given, application, change);
  };
  const { program } = shown;
  /** Changes the code, also where the script deploys it anew. */
  const ofProgram = (change: (each: StreamsProgram) => StreamsProgram): Change =>
    ofApplication((each) => ({ ...each, program: change(each.program) }));
  const number = (
    value: number,
    unit: 'ms' | 'count',
    [least, most]: readonly [number, number],
    change: (to: number) => Change,
  ): StreamsSetting => ({ ...named, kind: 'number', unit, value, limits: { least, most }, change });
  const choice = <Value extends string>(
    value: Value,
    choices: readonly Value[],
    change: (to: Value) => Change,
  ): StreamsSetting => ({ ...named, ...choiceSetting(value, choices, change) });
  switch (setting) {
    case 'commit.interval.ms':
      return number(shown.commitIntervalMs ?? second, 'ms', [100, 60 * second], (to) =>
        ofApplication((each) => ({ ...each, commitIntervalMs: to })),
      );
    case 'statestore.cache.max.bytes':
      return number(shown.cacheMaxBytes ?? 0, 'count', [0, 10 * mebibyte], (to) =>
        ofApplication((each) => ({ ...each, cacheMaxBytes: to })),
      );
    case 'session.timeout.ms':
      return number(shown.sessionTimeoutMs ?? 6 * second, 'ms', [6 * second, 45 * second], (to) =>
        ofApplication((each) => ({ ...each, sessionTimeoutMs: to })),
      );
    case 'num.standby.replicas':
      return number(shown.standbyReplicas ?? 0, 'count', [0, 1], (to) =>
        ofApplication((each) => ({ ...each, standbyReplicas: to })),
      );
    case 'windows':
      if (program.program !== 'window-count') return undefined;
      return choice(program.window, windowKinds, (window) =>
        ofProgram((each) => (each.program === 'window-count' ? { ...each, window } : each)),
      );
    case 'window-size':
      if (program.program !== 'window-count') return undefined;
      return number(program.sizeMs, 'ms', [second, 30 * second], (sizeMs) =>
        ofProgram((each) =>
          each.program === 'window-count' ? { ...each, sizeMs, advanceMs: Math.min(each.advanceMs, sizeMs) } : each,
        ),
      );
    case 'window-grace':
      if (program.program !== 'window-count') return undefined;
      return number(program.graceMs, 'ms', [0, 30 * second], (graceMs) =>
        ofProgram((each) => (each.program === 'window-count' ? { ...each, graceMs } : each)),
      );
    case 'final-only':
      if (program.program !== 'window-count') return undefined;
      return {
        ...named,
        kind: 'switch',
        value: program.emits === 'final',
        change: (isFinal) =>
          ofProgram((each) =>
            each.program === 'window-count' ? { ...each, emits: isFinal ? 'final' : 'updates' } : each,
          ),
      };
    case 'changelog':
      if (program.program !== 'price-table') return undefined;
      return choice(program.changelog, changelogs, (changelog) =>
        ofProgram((each) => (each.program === 'price-table' ? { ...each, changelog } : each)),
      );
    case 'reorder-below':
      if (program.program !== 'retail-desk') return undefined;
      return number(program.reorderBelow, 'count', [0, 20], (reorderBelow) =>
        ofProgram((each) => (each.program === 'retail-desk' ? { ...each, reorderBelow } : each)),
      );
    case 'opening-stock':
      if (program.program !== 'retail-desk') return undefined;
      return number(program.openingStock, 'count', [0, 1000], (openingStock) =>
        ofProgram((each) => (each.program === 'retail-desk' ? { ...each, openingStock } : each)),
      );
    case 'join':
      if (program.program !== 'price-join') return undefined;
      return choice(program.join, joins, (join) =>
        ofProgram((each) => (each.program === 'price-join' ? { ...each, join } : each)),
      );
    case 'join-window':
      if (program.program !== 'price-join' || program.join !== 'stream-stream') return undefined;
      return number(program.windowMs, 'ms', [0, 30 * second], (windowMs) =>
        ofProgram((each) => (each.program === 'price-join' ? { ...each, windowMs } : each)),
      );
    case 'repartition':
      if (program.program !== 'price-join') return undefined;
      return {
        ...named,
        kind: 'switch',
        value: program.repartitions,
        change: (repartitions) =>
          ofProgram((each) => (each.program === 'price-join' ? { ...each, repartitions } : each)),
      };
  }
}
