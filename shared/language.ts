/** The languages the interface speaks and how one is chosen. Not the texts themselves (renderer/i18n, commands.ts). */

export const LANGUAGES = ['en', 'zh-CN'] as const;

export type Language = (typeof LANGUAGES)[number];

/** A text in every language of the interface. */
export type Translated = Readonly<Record<Language, string>>;

/** The first of the system's preferred languages (BCP 47, best first) that we speak; English where there is none. */
export function languageOfSystem(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split(/[-_]/)[0];
    if (primary === 'zh') return 'zh-CN';
    if (primary === 'en') return 'en';
  }
  return 'en';
}
