/**
 * What a movement of mouse or pen means (fingers are in `fingers.ts`): panning (middle button, or Space held), brightness and contrast (right button dragged),
 * zoom and brush size (wheel); everything else is the tool's. Plain data in, calls out: no DOM.
 */
import { BRUSHES, type Toolbox, type ToolPointer } from './tools';
import { toImage, type Point, type Viewport } from './viewport';

/** A pointer event in CSS pixels from the canvas's upper left corner. */
export interface PointerInput extends Point {
  /** As `PointerEvent.button`: 0 left, 1 middle, 2 right. */
  readonly button: number;
  readonly alt: boolean;
  readonly shift: boolean;
  /** Of a pen, 0 to 1; absent where the device has none. */
  readonly pressure?: number;
  /** The other end of a pen. */
  readonly eraser?: boolean;
}

export interface WheelInput extends Point {
  /** Pixels, positive downwards. */
  readonly delta: number;
  readonly ctrl: boolean;
}

/** What does with the pointer what is no gesture. */
export type PointerTool = Pick<Toolbox, 'name' | 'pointer' | 'pointerLeft'> &
  Partial<Pick<Toolbox, 'usesRightButton' | 'busy' | 'choose' | 'key'>>;

/** What gestures act on. */
export interface GestureHost {
  viewport(): Viewport;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
  dragWindowing(dx: number, dy: number): void;
  resizeBrush(steps: number): void;
}

type Gesture =
  | { readonly kind: 'tool'; readonly button: 0 | 2 }
  | { readonly kind: 'pan'; readonly last: Point }
  /** The right button is down: a click if it goes up here, brightness and contrast if it is dragged. */
  | { readonly kind: 'right'; readonly down: PointerInput }
  | { readonly kind: 'windowing'; readonly last: Point };

/** A hand that presses a button moves the pointer a little. */
const CLICK_TOLERANCE_PX = 4;
const ZOOM_PER_PIXEL = 0.0015;

export class Gestures {
  /** Held by the keyboard: then the left button pans. */
  spaceHeld = false;
  #gesture: Gesture | null = null;
  /** The tool in hand before the pen was turned round. */
  #turnedFrom: Toolbox['name'] | null = null;

  constructor(
    private readonly host: GestureHost,
    private readonly toolbox: PointerTool,
  ) {}

  get kind(): Gesture['kind'] | null {
    return this.#gesture?.kind ?? null;
  }

  /** A second button that goes down changes nothing of what the first began. */
  down(input: PointerInput): void {
    if (this.#gesture) return;
    if (input.eraser) this.#turnRound();
    if (input.button === 1 || (input.button === 0 && this.spaceHeld)) {
      this.#gesture = { kind: 'pan', last: input };
      // What would happen here is of no interest while the image moves, and drawing it with every step takes time.
      this.toolbox.pointerLeft();
    } else if (input.button === 0 || (input.button === 2 && this.toolbox.usesRightButton)) {
      this.#gesture = { kind: 'tool', button: input.button };
      this.toolbox.pointer('onPointerDown', this.#tool(input));
    } else if (input.button === 2) {
      this.#gesture = { kind: 'right', down: input };
      // If it becomes a click, its mask is being made while the button is still down.
      this.toolbox.pointer('onPointerMove', this.#tool(input));
    }
  }

  move(input: PointerInput): void {
    const gesture = this.#gesture;
    if (gesture?.kind === 'pan') {
      this.host.pan(input.x - gesture.last.x, input.y - gesture.last.y);
      this.#gesture = { kind: 'pan', last: input };
    } else if (gesture?.kind === 'windowing') {
      this.host.dragWindowing(input.x - gesture.last.x, input.y - gesture.last.y);
      this.#gesture = { kind: 'windowing', last: input };
    } else if (gesture?.kind === 'right') {
      const moved = Math.hypot(input.x - gesture.down.x, input.y - gesture.down.y);
      if (moved <= CLICK_TOLERANCE_PX) return;
      this.#gesture = { kind: 'windowing', last: input };
      this.toolbox.pointerLeft();
    } else this.toolbox.pointer('onPointerMove', this.#tool(input));
  }

  up(input: PointerInput): void {
    const gesture = this.#gesture;
    if (gesture?.kind === 'tool' && input.button === gesture.button) {
      this.toolbox.pointer('onPointerUp', this.#tool(input));
    } else if (gesture?.kind === 'right' && input.button === 2) {
      this.toolbox.pointer('onPointerDown', this.#tool(gesture.down));
      this.toolbox.pointer('onPointerUp', this.#tool(gesture.down));
    } else if (gesture && !endsWith(gesture, input.button)) return;
    this.#end();
  }

  /** The system took the pointer away: what was done so far stays. */
  lost(input: PointerInput): void {
    const gesture = this.#gesture;
    if (gesture?.kind === 'tool') {
      this.toolbox.pointer('onPointerUp', this.#tool({ ...input, button: gesture.button }));
    }
    this.#end();
  }

  /** What was begun was not meant. */
  cancel(): void {
    if (this.#gesture?.kind === 'tool') this.toolbox.key?.('onCancel');
    this.#end();
  }

  leave(): void {
    if (!this.#gesture) this.toolbox.pointerLeft();
  }

  doubleClick(input: PointerInput): void {
    if (input.button === 0) this.toolbox.pointer('onDoubleClick', this.#tool(input));
  }

  wheel({ x, y, delta, ctrl }: WheelInput): void {
    if (ctrl && BRUSHES.has(this.toolbox.name)) this.host.resizeBrush(delta < 0 ? 1 : -1);
    else this.host.zoom(Math.exp(-delta * ZOOM_PER_PIXEL), { x, y });
  }

  /** The eraser for one stroke, unless another tool has something begun that it would end. */
  #turnRound(): void {
    const { name, busy } = this.toolbox;
    if (name === 'eraser' || busy || !this.toolbox.choose) return;
    this.#turnedFrom = name;
    this.toolbox.choose('eraser');
  }

  #end(): void {
    this.#gesture = null;
    if (this.#turnedFrom !== null) this.toolbox.choose?.(this.#turnedFrom);
    this.#turnedFrom = null;
  }

  #tool(input: PointerInput): ToolPointer {
    const viewport = this.host.viewport();
    const { x, y } = toImage(viewport, input);
    const button = input.button === 2 ? 'right' : 'left';
    const { alt, shift, pressure } = input;
    const pressed = pressure === undefined ? {} : { pressure };
    return { x, y, button, alt, shift, imagePxPerScreenPx: 1 / viewport.scale, ...pressed };
  }
}

function endsWith(gesture: Gesture, button: number): boolean {
  if (gesture.kind === 'pan') return button === 1 || button === 0;
  return gesture.kind === 'tool' ? button === gesture.button : button === 2;
}
