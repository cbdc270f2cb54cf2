/**
 * Names of labels as the reader's language has them. The structures the bundled heads know are stored under their
 * English names, so that an export means the same everywhere; any other name is shown as it was typed.
 */
import { i18n } from './index';
import { en } from './en';

/** What a label that a head proposes for is called in the project, in English. */
export function labelNameOf(head: string): string {
  const words = head.replaceAll(/[-_]/g, ' ').trim();
  const heads: Readonly<Record<string, string>> = en.heads;
  return heads[words.toLowerCase()] ?? words;
}

/** The name in the language shown now. */
export function labelText(name: string): string {
  const { t, te } = i18n.global;
  // A head's name is made for file names: `breast-lesion`.
  const known = name.toLowerCase().replaceAll(/[-_]/g, ' ');
  return te(`heads.${known}`, 'en') ? t(`heads.${known}`) : name;
}

/** A head's version without the letter before its number, to follow the word for version. */
export function versionNumber(version: string): string {
  return version.replace(/^v(?=\d)/, '');
}

export function useLabelNames(): { shownName(name: string): string } {
  return { shownName: labelText };
}
