/**
 * Names of labels as the reader's language has them. The structures the bundled heads know are stored under their
 * English names, so that an export means the same everywhere; any other name is shown as it was typed.
 */
import { useI18n } from 'vue-i18n';

export function useLabelNames(): { shownName(name: string): string } {
  const { t, te } = useI18n();
  return {
    shownName: (name) => {
      const known = name.toLowerCase();
      return te(`heads.${known}`, 'en') ? t(`heads.${known}`) : name;
    },
  };
}
