/** One thing of a run's spec that a learner can change: how it stands, and the spec that comes of changing it. */
export type Setting<Spec> =
  | {
      readonly kind: 'number';
      readonly unit: SettingUnit;
      readonly value: number;
      readonly limits: SettingLimits;
      readonly change: (value: number) => Change<Spec>;
    }
  | {
      readonly kind: 'choice';
      readonly value: string;
      readonly choices: readonly string[];
      readonly change: (value: string) => Change<Spec>;
    }
  | { readonly kind: 'switch'; readonly value: boolean; readonly change: (value: boolean) => Change<Spec> }
  | { readonly kind: 'text'; readonly value: string; readonly change: (value: string) => Change<Spec> };

/** Milliseconds, how many of something, bytes, or a part of one. */
export type SettingUnit = 'ms' | 'count' | 'bytes' | 'ratio';

export interface SettingLimits {
  readonly least: number;
  readonly most: number;
}

export type Change<Spec> = (spec: Spec) => Spec;

/** A setting with the words that it is shown with. */
export type NamedSetting<Spec> = Setting<Spec> & {
  readonly name: string;
  /** What a value is called that is chosen by name; the value itself if absent. */
  readonly choiceName?: (value: string) => string;
};

/** Settings that belong together, under one name. */
export interface SettingSection<Spec> {
  readonly legend: string;
  readonly settings: readonly NamedSetting<Spec>[];
}

/** A choice of one of some values. A value that is none of them changes nothing. */
export function choiceSetting<Spec, Value extends string>(
  value: Value,
  choices: readonly Value[],
  change: (value: Value) => Change<Spec>,
): Extract<Setting<Spec>, { kind: 'choice' }> {
  return {
    kind: 'choice',
    value,
    choices,
    change: (wanted) => change(choices.find((each) => each === wanted) ?? value),
  };
}

/** Whether the setting is one of Kafka's configs: their names have points in them. */
export const isConfigName = (name: string): boolean => /^[a-z]+(\.[a-z]+)+$/.test(name);
