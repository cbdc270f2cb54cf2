/** The interface's languages, switchable while it runs, and the text of an error. */
import { createI18n } from 'vue-i18n';
import { isAppError, type ErrorCode } from '../../shared/errors';
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

/** An error as the user reads it: what happened to what, and what to do, in the language shown now. */
export interface ErrorNotice {
  readonly code: ErrorCode;
  readonly title: string;
  readonly advice: string;
  /** The whole path, where the error is about a file. */
  readonly path: string | undefined;
}

export function errorNotice(error: unknown): ErrorNotice {
  return isAppError(error) ? noticeOf(error.code, error.subject) : noticeOf('internal', 'SonoMask');
}

/** The same for an error that came as data. `subject` is a path or an object's name. */
export function noticeOf(code: ErrorCode, subject: string): ErrorNotice {
  const { t } = i18n.global;
  return {
    code,
    title: t(`error.${code}.title`, { subject: fileName(subject) }),
    advice: t(`error.${code}.advice`),
    path: /[\\/]/.test(subject) ? subject : undefined,
  };
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
