/** The second window, as the first one sees it: whether it is open, and what it is told to show. */
import { defineStore } from 'pinia';
import { ref, toRaw, watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import { visiblePart } from '../canvas';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { SECOND_CHANNEL, type SecondMessage, type Shown, type ShownFrame } from '../second/shown';
import { useEditor } from './editor';
import { useLabels } from './labels';

/** Movements come many times a second; it is told this often. */
const TELL_MS = 60;

export const useSecondWindow = defineStore('second-window', () => {
  const editor = useEditor();
  const labels = useLabels();
  const open = ref(false);
  let channel: BroadcastChannel | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function frame(): ShownFrame | null {
    const document = editor.editor.document;
    if (!document || !editor.image) return null;
    const { id: frameId, sha256, widthPx, heightPx } = document.frame;
    const live = editor.masksVisible ? document.live : [];
    const masks = live.flatMap(({ labelId, shown }) =>
      shown ? [{ colour: labels.byId(labelId)?.colour ?? '#ffffff', counts: shown.counts }] : [],
    );
    return { frameId, sha256, widthPx, heightPx, masks };
  }

  function tell(): void {
    timer = undefined;
    const { t } = i18n.global;
    const shown: Shown = {
      kind: 'shown',
      frame: frame(),
      part: visiblePart(editor.viewport, editor.imageSize, editor.screen),
      opacity: editor.outlinesOnly ? 0 : editor.opacity,
      table: toRaw(editor.lookTable),
      filter: editor.filter,
      badge: t('display.filteredView', { filter: t(`display.filter.${editor.filter}`) }),
    };
    channel?.postMessage(shown);
  }
  const tellSoon = (): void => void (timer ??= setTimeout(tell, TELL_MS));

  watch(
    () => [
      ...[editor.frame, editor.image, editor.instances, editor.viewport, editor.screen, labels.all, editor.filter],
      ...[editor.lookTable, editor.opacity, editor.outlinesOnly, editor.masksVisible, i18n.global.locale.value],
    ],
    () => open.value && tellSoon(),
  );

  listen('window.second', (now) => {
    open.value = now.open;
    channel?.close();
    channel = now.open ? new BroadcastChannel(SECOND_CHANNEL) : null;
    channel?.addEventListener('message', ({ data }: MessageEvent<SecondMessage>) => {
      if (data.kind === 'listening') tell();
    });
  });

  const acts: Partial<Record<CommandId, () => void>> = { 'view.secondWindow': () => void call('window.toggleSecond') };
  return { open, acts };
});
