import type { LearnerSettings } from './learner-journal.js';

/** How the page looks and answers to keys; what the learner chose last. */
export class Settings {
  language = $state<LearnerSettings['language']>('en');
  theme = $state<LearnerSettings['theme']>('auto');
  presenter = $state(false);
  singleKeys = $state(true);

  constructor(language: LearnerSettings['language']) {
    this.language = language;
  }

  get saved(): LearnerSettings {
    const { language, theme, presenter, singleKeys } = this;
    return { language, theme, presenter, singleKeys };
  }

  restore(saved: LearnerSettings): void {
    this.language = saved.language;
    this.theme = saved.theme;
    this.presenter = saved.presenter;
    this.singleKeys = saved.singleKeys;
  }

  /** auto → light → dark → auto. */
  nextTheme(): void {
    const themes = ['auto', 'light', 'dark'] as const;
    this.theme = themes[(themes.indexOf(this.theme) + 1) % themes.length] ?? 'auto';
  }
}
