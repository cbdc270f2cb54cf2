/**
 * The pointer on the canvas's element: DOM events become gestures, and the cursor says what a press would do. What the
 * gestures mean is in `gestures.ts`.
 */
import { computed, ref, type ComputedRef, type Ref } from 'vue';
import { Fingers, type Finger } from './fingers';
import { Gestures, type GestureHost, type PointerInput, type PointerTool } from './gestures';
import { BRUSHES, type ToolName } from './tools';
import type { Point } from './viewport';

/** What the pointer is over, as far as it matters here. */
export interface PointerScene extends GestureHost {
  /** False without an image: nothing can be pointed at. */
  readonly hasImage: () => boolean;
  readonly tool: () => ToolName;
}

export interface CanvasPointer {
  readonly cursor: ComputedRef<string>;
  /** Space is held: then the left button pans. */
  holdSpace(held: boolean): void;
  down(event: PointerEvent): void;
  move(event: PointerEvent): void;
  up(event: PointerEvent): void;
  lost(event: PointerEvent): void;
  leave(): void;
  doubleClick(event: MouseEvent): void;
  wheel(event: WheelEvent): void;
}

/** The button of a pen's other end. */
const ERASER = 5;
/** Of a wheel that counts in lines. */
const LINE_PX = 16;

export function canvasPointer(
  host: Readonly<Ref<HTMLElement | null>>,
  scene: PointerScene,
  toolbox: PointerTool,
): CanvasPointer {
  const gestures = new Gestures(scene, toolbox);
  const kind = ref<Gestures['kind']>(null);
  const spaceHeld = ref(false);

  function inputOf(event: MouseEvent): PointerInput {
    const box = host.value?.getBoundingClientRect();
    const { clientX, clientY, button, altKey: alt, shiftKey: shift } = event;
    const eraser = button === ERASER;
    const at = { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) };
    // A pen that tells no pressure gives 0, and a mouse one half.
    const pressed = event instanceof PointerEvent && event.pointerType === 'pen' && event.pressure > 0;
    const pressure = pressed ? { pressure: event.pressure } : {};
    return { ...at, button: eraser ? 0 : button, alt, shift, eraser, ...pressure };
  }

  const touch = (at: Point, button: 0 | 2): PointerInput => ({ x: at.x, y: at.y, button, alt: false, shift: false });
  const fingers = new Fingers({
    press: (at, button) => gestures.down(touch(at, button)),
    drag: (at) => gestures.move(touch(at, 0)),
    release: (at, button) => gestures.up(touch(at, button)),
    cancel: () => gestures.cancel(),
    pan: scene.pan,
    zoom: scene.zoom,
    after(ms, act) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });

  /** Null for mouse and pen; the pen keeps hands from meaning anything. */
  function fingerOf(event: PointerEvent): Finger | null {
    if (event.pointerType === 'pen') fingers.penSeen(event.timeStamp);
    return event.pointerType === 'touch' ? { ...inputOf(event), id: event.pointerId } : null;
  }

  return {
    cursor: computed(() => {
      if (kind.value === 'pan') return 'grabbing';
      if (spaceHeld.value) return 'grab';
      if (kind.value === 'windowing') return 'move';
      const tool = scene.tool();
      if (BRUSHES.has(tool)) return 'none';
      return tool === 'select' ? 'default' : 'crosshair';
    }),
    holdSpace(held) {
      spaceHeld.value = gestures.spaceHeld = held;
    },
    down(event) {
      if (!scene.hasImage()) return;
      host.value?.setPointerCapture(event.pointerId);
      // Middle button: no autoscroll.
      if (event.button === 1) event.preventDefault();
      const finger = fingerOf(event);
      if (finger) fingers.down(finger, event.timeStamp);
      else gestures.down(inputOf(event));
      kind.value = gestures.kind;
    },
    move(event) {
      if (!scene.hasImage()) return;
      const finger = fingerOf(event);
      // A second button going down or up while one is held comes as a move.
      const steps = gestures.kind === 'tool' ? event.getCoalescedEvents() : [];
      for (const step of steps.length > 0 ? steps : [event]) {
        const input = inputOf(step);
        if (finger) fingers.move({ ...input, id: event.pointerId }, step.timeStamp);
        else gestures.move(input);
      }
      kind.value = gestures.kind;
    },
    up(event) {
      const finger = fingerOf(event);
      if (finger) fingers.up(finger);
      else gestures.up(inputOf(event));
      kind.value = gestures.kind;
    },
    lost(event) {
      const finger = fingerOf(event);
      if (finger) fingers.lost(finger);
      else gestures.lost(inputOf(event));
      kind.value = gestures.kind;
    },
    leave: () => gestures.leave(),
    doubleClick: (event) => gestures.doubleClick(inputOf(event)),
    wheel(event) {
      if (!scene.hasImage()) return;
      const { x, y } = inputOf(event);
      const delta = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PX : event.deltaY;
      gestures.wheel({ x, y, delta, ctrl: event.ctrlKey });
    },
  };
}
