/** What the first window tells the second, over a channel that only pages of this program can join. */
import type { Filter } from '../../shared/image';
import type { LookTable } from '../canvas/look';

export const SECOND_CHANNEL = 'sonomask:second';

export interface ShownFrame {
  readonly frameId: number;
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** `#RRGGBB`, and COCO's compressed run lengths at the frame's size. */
  readonly masks: readonly { readonly colour: string; readonly counts: string }[];
}

export interface Shown {
  readonly kind: 'shown';
  /** Null: no frame is open. */
  readonly frame: ShownFrame | null;
  /** Part of the image on the first window's screen, in its pixels. */
  readonly part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Of the masks' fill, 0 to 1. */
  readonly opacity: number;
  readonly table: LookTable | null;
  readonly filter: Filter;
  /** Says that it is filtered, in the user's language. */
  readonly badge: string;
}

/** The second window begins to listen. */
export interface Listening {
  readonly kind: 'listening';
}

export type SecondMessage = Shown | Listening;
