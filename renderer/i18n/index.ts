/** The interface's languages, switchable while it runs, and the text of an error. */
import { createI18n } from 'vue-i18n';
import { isAppError, type AppError } from '../../shared/errors';
import type { Language } from '../../shared/language';
import { en, type Messages } from './en';
import { zhCn } from './zh-cn';

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, 'zh-CN': zhCn },
});

/** Takes effect at once everywhere, the document's own language (fonts, screen readers) included. */
export function showLanguage(language: Language): void {
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}

/** An error as the user reads it: by its code, in the language shown now. */
export function errorText(error: unknown): string {
  const { code, subject }: Pick<AppError, 'code' | 'subject'> = isAppError(error)
    ? error
    : { code: 'internal', subject: error instanceof Error ? error.message : String(error) };
  return i18n.global.t(`error.${code}`, { subject });
}
