/** The second window, as the first one sees it: whether it is open, and what it is told to show. */
import { defineStore } from 'pinia';
import { ref, toRaw, watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import { visiblePart } from '../canvas';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { SECOND_CHANNEL, type SecondMessage, type Shown, type ShownFrame } from '../second/shown';
import { useCine } from './cine';
import { useEditor } from './editor';
import { useLabels } from './labels';
import { useSettings } from './settings';
import { useToasts } from './toasts';

/** Movements come many times a second, and so do the frames of a loop; it is told this often. */
const TELL_MS = 33;

export const useSecondWindow = defineStore('second-window', () => {
  const cine = useCine();
  const editor = useEditor();
  const labels = useLabels();
  const settings = useSettings();
  const toasts = useToasts();
  const open = ref(false);
  let channel: BroadcastChannel | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told: ShownFrame | null = null;

  function frame(): ShownFrame | null {
    const document = editor.editor.document;
    if (!document || !editor.image) return passing();
    const { id: frameId, sha256, widthPx, heightPx } = document.frame;
    const calibration = toRaw(editor.frame?.calibration) ?? null;
    const live = editor.masksVisible ? document.live : [];
    const masks = live.flatMap(({ labelId, shown }) =>
      shown ? [{ colour: labels.byId(labelId)?.colour ?? '#ffffff', counts: shown.counts }] : [],
    );
    return { frameId, sha256, passing: false, widthPx, heightPx, calibration, masks };
  }

  /** Of the loop that plays; until its first picture is there, what was shown of it before. */
  function passing(): ShownFrame | null {
    if (!cine.picture) return cine.moving ? told : null;
    const { frameId, sha256, pixels, masks } = cine.picture;
    const stored = editor.masksVisible ? masks.map(({ colour, counts }) => ({ colour, counts })) : [];
    const [widthPx, heightPx] = [pixels.width, pixels.height];
    const calibration = toRaw(cine.calibration);
    return { frameId, sha256, passing: true, widthPx, heightPx, calibration, masks: stored };
  }

  function tell(): void {
    timer = undefined;
    const { t } = i18n.global;
    told = frame();
    const shown: Shown = {
      kind: 'shown',
      theme: settings.effective.settings.theme,
      language: settings.effective.language,
      frame: told,
      part: visiblePart(editor.viewport, editor.imageSize, editor.screen),
      opacity: editor.outlinesOnly ? 0 : editor.opacity,
      table: toRaw(editor.lookTable),
      filter: editor.filter,
      rulers: editor.rulersVisible,
      texts: {
        picture: t('display.second'),
        badge: t('display.filteredView', { filter: t(`display.filter.${editor.filter}`) }),
        empty: t('display.secondEmpty'),
      },
    };
    channel?.postMessage(shown);
  }
  const tellSoon = (): void => void (timer ??= setTimeout(tell, TELL_MS));

  watch(
    () => [
      ...[editor.frame, editor.image, editor.instances, editor.viewport, editor.screen, labels.all, editor.filter],
      ...[editor.lookTable, editor.opacity, editor.outlinesOnly, editor.masksVisible, editor.rulersVisible],
      ...[cine.picture, settings.effective],
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

  const acts: Partial<Record<CommandId, () => void>> = {
    'view.secondWindow': () => void toasts.attempt(() => call('window.toggleSecond')),
  };
  return { open, acts };
});
