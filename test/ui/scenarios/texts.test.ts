import { beforeAll, describe, expect, test } from 'vitest';
import type { RunView } from '../../../src/engine/scenario/run-view.js';
import type { ScenarioTexts, StoryContext } from '../../../src/ui/scenarios/scenario-texts.js';
import { threeWays } from '../../../src/ui/scenarios/three-ways/scenario.js';
import { labelRecords } from '../../../src/ui/state/record-labels.js';
import { english } from '../../../src/ui/scenarios/three-ways/en.js';
import { simplifiedChinese } from '../../../src/ui/scenarios/three-ways/zh-Hans.js';
import { preferredLanguage, textsOf, type Language } from '../../../src/ui/texts/languages.js';
import { NodeScenarioHost, outcomeOf } from '../fixtures/scenario-host.js';

const languages: readonly Language[] = ['en', 'zh-Hans'];
const words: Readonly<Record<Language, ScenarioTexts<string, string>>> = {
  en: english,
  'zh-Hans': simplifiedChinese,
};
const scenario = threeWays();
const { spec } = scenario;
const context: StoryContext = { own: false, spec, label: labelRecords(spec.records) };
const host = new NodeScenarioHost();
let outcome: RunView;

beforeAll(async () => {
  outcome = await outcomeOf(host, spec);
});

/** Every text of the story, in the sequence in which it may be met. */
function story(language: Language, of: StoryContext = context): string[] {
  const texts = words[language];
  return scenario.steps.flatMap((step) => {
    const words = texts.steps[step.id];
    const explanation = words?.explanation?.(of, outcome);
    const question = step.question === undefined ? undefined : texts.questions[step.question];
    const options = step.question === undefined ? [] : scenario.questions[step.question].options(spec, outcome);
    return [
      words?.heading(of) ?? '',
      ...(words?.body(of) ?? []),
      ...(words?.instructions?.(of) ?? []),
      ...(explanation === undefined
        ? []
        : [
            ...explanation.paragraphs,
            explanation.event.text,
            explanation.config,
            ...explanation.sources.map(({ text }) => text),
          ]),
      ...(question === undefined
        ? []
        : [question.ask(of), ...options.map(({ id, values }) => question.option(of, id, values))]),
    ];
  });
}

describe.each(languages)('the story in %s', (language) => {
  const texts = words[language];

  test('says something for every step, question and option, and never an id', () => {
    const ids = new Set(
      Object.values(scenario.questions).flatMap((question) => question.options(spec, outcome).map(({ id }) => id)),
    );
    for (const text of story(language)) {
      expect(text).not.toBe('');
      expect(text).not.toContain('undefined');
      if (!/^\d/.test(text)) expect(ids.has(text)).toBe(false);
    }
  });

  test('gives at most three instructions a step', () => {
    for (const { id } of scenario.steps)
      expect((texts.steps[id]?.instructions?.(context) ?? []).length).toBeLessThanOrEqual(3);
  });

  test('corrects every misconception that an option names', () => {
    for (const question of Object.values(scenario.questions)) {
      for (const { misconception } of question.options(spec, outcome)) {
        if (misconception !== undefined) expect(texts.corrections[misconception]).not.toBe('');
      }
    }
  });

  test('explains every observation by an event, a setting and Kafka’s documentation', () => {
    for (const { id, phase, question } of scenario.steps) {
      if (phase !== 'observe' || question === undefined) continue;
      const explanation = texts.steps[id]?.explanation?.(context, outcome);
      expect(explanation?.event.text).toBeTruthy();
      expect(explanation?.config).toBeTruthy();
      expect(explanation?.sources.length).toBeGreaterThan(0);
      for (const { url } of explanation?.sources ?? [])
        expect(url).toMatch(/^https:\/\/kafka\.apache\.org\/documentation\/#/);
    }
  });

  test('names the numbers of the run in its explanations', () => {
    const explain = (step: string): string =>
      texts.steps[step]?.explanation?.(context, outcome).paragraphs.join(' ') ?? '';
    expect(explain('queue-saw')).toMatch(/10\D+2\D/);
    expect(explain('queue-saw')).toContain('2.6');
    expect(explain('fan-saw')).toContain('24');
    expect(explain('topic-saw')).toContain('8 / 4');
    expect(explain('topic-saw')).toContain('12');
  });

  test('tells which keys each partition takes before the split is asked', () => {
    const told = texts.steps['topic-split']?.body(context).join(' ') ?? '';
    expect(told).toMatch(/p0.*order-2.*order-3.*order-6.*p1.*order-1.*p2.*order-4.*order-5/);
  });

  test('speaks of the learner’s own records without orders', () => {
    const own: StoryContext = {
      own: true,
      spec: {
        ...spec,
        records: [
          { key: 'x', value: '1' },
          { key: 'x', value: '2' },
        ],
      },
      label: (record) => `x${record}`,
    };
    for (const { id } of scenario.steps) {
      const said = [texts.steps[id]?.heading(own), ...(texts.steps[id]?.body(own) ?? [])].join(' ');
      expect(said).not.toMatch(/paid|placed|付款|下单/);
    }
  });
});

test('the two languages share no sentence', () => {
  const chinese = new Set(story('zh-Hans'));
  for (const text of story('en')) if (/[a-z]{3}/i.test(text)) expect(chinese.has(text)).toBe(false);
  const app = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(app)
        : [];
  const same = app(textsOf('en')).filter((text) => new Set(app(textsOf('zh-Hans'))).has(text));
  expect(same.filter((text) => /[a-z]{3}/i.test(text) && !/^(CRC-32C|Enter|Esc|\{)/.test(text))).toEqual([]);
});

test('Chinese says the English term once beside the Chinese one', () => {
  expect(
    story('zh-Hans')
      .join('')
      .match(/（consumer group）/g),
  ).toHaveLength(1);
});

test('the page speaks the browser’s first language that it knows', () => {
  expect(preferredLanguage(['de-DE', 'zh-TW', 'en'])).toBe('zh-Hans');
  expect(preferredLanguage(['en-GB', 'zh'])).toBe('en');
  expect(preferredLanguage(['fr'])).toBe('en');
});
