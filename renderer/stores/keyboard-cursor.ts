/** The crosshair that the keyboard moves over the image: whether it is there, where, and which keys are its own. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { KeyboardCursor } from '../canvas/keyboard-cursor';
import { toScreen } from '../canvas/viewport';
import { useDialogs } from './dialogs';
import { useEditor } from './editor';

/** Where keys type, press or move something themselves. */
const ELSEWHERE =
  'input, textarea, select, button, a[href], summary, [role="slider"], [role="radiogroup"], [role="menu"]';
/** Between crosshair and the edge of what is seen, CSS pixels. */
const MARGIN = 24;

export const useKeyboardCursor = defineStore('keyboard-cursor', () => {
  const editor = useEditor();
  const dialogs = useDialogs();
  const image = (): { widthPx: number; heightPx: number } | null => editor.image;
  const cursor = new KeyboardCursor({ size: image, scale: () => editor.viewport.scale }, editor.toolbox);
  const at = ref(cursor.at);
  const on = computed(() => at.value !== null);

  function toggle(): void {
    if (on.value) cursor.stop();
    else cursor.start();
    at.value = cursor.at;
  }

  /** Esc ends what the tool has begun first. */
  function leave(): boolean {
    if (!on.value || editor.toolbox.busy) return false;
    toggle();
    return true;
  }

  /** Moves the image under a crosshair that would leave what is seen. */
  function follow(): void {
    if (!at.value) return;
    const { x, y } = toScreen(editor.viewport, at.value);
    const { width, height } = editor.screen;
    const beyond = (place: number, room: number): number =>
      place < MARGIN ? MARGIN - place : place > room - MARGIN ? room - MARGIN - place : 0;
    const [dx, dy] = [beyond(x, width), beyond(y, height)];
    if (dx !== 0 || dy !== 0) editor.pan(dx, dy);
  }

  function press(event: KeyboardEvent): void {
    if (!on.value || dialogs.isOpen || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest(ELSEWHERE)) return;
    if (!cursor.press(event)) return;
    // Neither another frame nor panning.
    event.preventDefault();
    event.stopImmediatePropagation();
    at.value = cursor.at;
    follow();
  }

  window.addEventListener('keydown', press, { capture: true });
  watch(
    () => editor.image,
    (now) => {
      if (!now) return;
      cursor.settle();
      at.value = cursor.at;
    },
  );

  return { at, on, toggle, leave };
});
