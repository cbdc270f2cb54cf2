/**
 * What a tool is made of: states, each in a file of its own. A state answers each event with the state that comes next,
 * itself when nothing changes. Tools change the frame only through the editor's acts: cancelling before the act is done
 * leaves nothing behind.
 */
import type { Measurement, PromptPoint } from '../../../shared/domain';
import type { GrayImage } from '../../../shared/image';
import type { Editor, HeldRing } from '../../editor';

export const TOOLS = [
  'select',
  'point',
  'scribble',
  'box',
  'brush',
  'eraser',
  'polygon',
  'lasso',
  'livewire',
  'push',
  'vertices',
  'caliper',
  'ellipse',
] as const;
export type ToolName = (typeof TOOLS)[number];

/** Those that have the brush's size. */
export const BRUSHES: ReadonlySet<ToolName> = new Set(['brush', 'eraser', 'push']);

/** Those that add, and take away with Alt. */
export const SIDED: ReadonlySet<ToolName> = new Set(['point', 'scribble', 'polygon', 'lasso', 'livewire']);

/** Where the pointer is, in image pixels (it may be outside the image), and what is held down. */
export interface ToolPointer {
  readonly x: number;
  readonly y: number;
  readonly button: 'left' | 'right';
  readonly alt: boolean;
  readonly shift: boolean;
  /** Image pixels in one pixel of the screen: for distances that are to feel the same at any zoom. */
  readonly imagePxPerScreenPx: number;
  /** Of a pen, 0 to 1; absent where the device has none. */
  readonly pressure?: number;
}

/** What a tool shows of work in progress, in image pixels. Never part of a mask. */
export type Draft =
  /** `replaces`: the place among the frame's measurements of the one that it is made of. */
  | { readonly kind: 'measurement'; readonly measured: Measurement; readonly replaces: number | null }
  | { readonly kind: 'brush'; readonly x: number; readonly y: number; readonly radiusPx: number }
  | { readonly kind: 'box'; readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number }
  /** `points`: what the stroke would ask, were it let go now. */
  | {
      readonly kind: 'scribble';
      readonly path: readonly number[];
      readonly positive: boolean;
      readonly points: readonly PromptPoint[];
    }
  | {
      readonly kind: 'outline';
      readonly mode: 'add' | 'remove';
      readonly path: readonly number[];
      /** Places on the path that were set one by one: `[x0, y0, ...]`. */
      readonly anchors: readonly number[];
      /** Ended now, it would be closed by a straight line. */
      readonly closing: boolean;
    }
  | {
      readonly kind: 'vertices';
      readonly rings: readonly HeldRing[];
      readonly chosen: { readonly ring: number; readonly vertex: number } | null;
    }
  | {
      readonly kind: 'polygon';
      /** `[x0, y0, x1, y1, ...]` */
      readonly vertices: readonly number[];
      readonly x: number;
      readonly y: number;
      /** A click now would close it. */
      readonly closing: boolean;
    };

export interface ToolHost {
  readonly editor: Editor;
  /** Of brush and eraser, in image pixels. */
  brushRadiusPx(): number;
  /** How far the lines between vertices may be from the outline, image pixels. */
  outlineTolerancePx(): number;
  /** Of the frame on screen; null while there is none. */
  image(): GrayImage | null;
  /** Back to the usual brightness and contrast. */
  resetWindowing(): void;
}

export interface ToolState {
  readonly draft: Draft | null;
  /** Something is begun that a cancel would throw away. */
  readonly busy: boolean;
  /** Dragging with the right button is the tool's too, and not brightness and contrast. */
  readonly usesRightButton?: true;
  onPointerDown?(pointer: ToolPointer): ToolState;
  onPointerMove?(pointer: ToolPointer): ToolState;
  onPointerUp?(pointer: ToolPointer): ToolState;
  onPointerLeave?(): ToolState;
  onDoubleClick?(pointer: ToolPointer): ToolState;
  /** Esc. */
  onCancel?(): ToolState;
  /** Enter. */
  onComplete?(): ToolState;
  /** Backspace, or undo while something is begun. */
  onRemoveLast?(): ToolState;
  /** Redo while something is begun. */
  onRestoreLast?(): ToolState;
  /** Delete, while nothing is begun; without it, it means the mask. */
  onDelete?(): ToolState;
  /** Another tool or frame is chosen. */
  onLeave?(): void;
}
