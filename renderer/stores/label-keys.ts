/** Tells of labels whose key a command has, so that it does not pick them: in older projects, or after keys were changed. */
import { computed, watch } from 'vue';
import { i18n } from '../i18n';
import { labelText } from '../i18n/label-names';
import { useKeymap } from './keymap';
import { useLabels } from './labels';
import { useToasts } from './toasts';

export function tellLostLabelKeys(): void {
  const keys = useKeymap();
  const labels = useLabels();
  const toasts = useToasts();
  const lost = computed(() =>
    labels.all.filter(({ shortcut }) => shortcut !== null && keys.commandOfLabelKey(shortcut) !== undefined),
  );
  watch(
    () => lost.value.map(({ id, shortcut }) => `${id} ${shortcut}`).join(),
    (now) => {
      if (now === '') return;
      const { t } = i18n.global;
      const names = lost.value.map(
        ({ name, shortcut }) => `${labelText(name)} (${keys.text((shortcut ?? '').toUpperCase())})`,
      );
      toasts.warning(t('keys.labelsLost', { names: names.join(', ') }), t('keys.labelsLostAdvice'));
    },
    { immediate: true },
  );
}
