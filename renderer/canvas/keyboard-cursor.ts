/**
 * The keyboard in place of the pointer: arrows move a crosshair, Space presses the left button there, Shift+Space the right
 * one. Tools that are dragged are begun by the first press and ended by the second. Drawing it is the canvas's affair.
 */
import type { Toolbox, ToolName, ToolPointer } from './tools';
import type { Point } from './viewport';

/** What the crosshair moves over. */
export interface CursorScene {
  /** Of the image; null while there is none. */
  size(): { readonly widthPx: number; readonly heightPx: number } | null;
  /** CSS pixels an image pixel. */
  scale(): number;
}

/** A press is a click for these; for all others it begins or ends a drag. */
const CLICKED: ReadonlySet<ToolName> = new Set(['select', 'point', 'polygon', 'livewire']);

/** CSS pixels: with Ctrl, without anything, with Shift. */
const STEPS = { fine: 1, usual: 8, far: 40 } as const;

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;
type PressedTool = Pick<Toolbox, 'name' | 'busy' | 'pointer' | 'pointerLeft'>;

export class KeyboardCursor {
  /** In image pixels; null while the keyboard does not point. */
  #at: Point | null = null;
  /** That a drag was begun with. */
  #button: 'left' | 'right' = 'left';

  constructor(
    private readonly scene: CursorScene,
    private readonly toolbox: PressedTool,
  ) {}

  get at(): Point | null {
    return this.#at;
  }

  /** Begins in the middle of the image. */
  start(): void {
    const size = this.scene.size();
    if (size) this.#at = { x: size.widthPx / 2, y: size.heightPx / 2 };
  }

  stop(): void {
    this.#at = null;
    this.toolbox.pointerLeft();
  }

  /** Another image: the crosshair stays where it is, as far as that is on it. */
  settle(): void {
    if (this.#at) this.#move(0, 0);
  }

  /** @returns whether the key was meant for the crosshair */
  press(event: Key): boolean {
    if (!this.#at || event.altKey || event.metaKey) return false;
    const direction = DIRECTIONS[event.key];
    if (direction) {
      const step = event.ctrlKey ? STEPS.fine : event.shiftKey ? STEPS.far : STEPS.usual;
      const px = step / this.scene.scale();
      this.#move(direction[0] * px, direction[1] * px);
      this.toolbox.pointer('onPointerMove', this.#pointer(this.#at, 'left'));
      return true;
    }
    if (event.key !== ' ' || event.ctrlKey) return false;
    if (!event.repeat) this.#press(event.shiftKey ? 'right' : 'left');
    return true;
  }

  #press(button: 'left' | 'right'): void {
    if (!this.#at) return;
    const { busy } = this.toolbox;
    const clicked = CLICKED.has(this.toolbox.name);
    // Whatever key ends a drag, the button that began it goes up.
    if (clicked || !busy) this.#button = button;
    const pointer = this.#pointer(this.#at, this.#button);
    if (clicked || !busy) this.toolbox.pointer('onPointerDown', pointer);
    if (clicked || busy) this.toolbox.pointer('onPointerUp', pointer);
  }

  #move(dx: number, dy: number): void {
    const size = this.scene.size();
    if (!this.#at || !size) return;
    const within = (value: number, most: number): number => Math.min(Math.max(value, 0.5), most - 0.5);
    this.#at = { x: within(this.#at.x + dx, size.widthPx), y: within(this.#at.y + dy, size.heightPx) };
  }

  #pointer({ x, y }: Point, button: 'left' | 'right'): ToolPointer {
    return { x, y, button, alt: false, shift: false, imagePxPerScreenPx: 1 / this.scene.scale() };
  }
}
