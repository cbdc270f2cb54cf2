/** What the first window tells the second, over a channel that only pages of this program can join. */
import type { Calibration } from '../../shared/domain';
import type { Filter } from '../../shared/image';
import type { Theme } from '../../shared/ipc';
import type { Language } from '../../shared/language';
import type { LookTable } from '../canvas/look';

export const SECOND_CHANNEL = 'sonomask:second';

export interface ShownFrame {
  readonly frameId: number;
  /** Of the pixels that the masks are of; null: not known, and there are none. */
  readonly sha256: string | null;
  /** A loop that plays is at it. */
  readonly passing: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly calibration: Calibration | null;
  /** `#RRGGBB`, and COCO's compressed run lengths at the frame's size. */
  readonly masks: readonly { readonly colour: string; readonly counts: string }[];
}

export interface Shown {
  readonly kind: 'shown';
  readonly theme: Theme;
  readonly language: Language;
  /** Null: no frame is open. */
  readonly frame: ShownFrame | null;
  /** Part of the image on the first window's screen, in its pixels. */
  readonly part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Of the masks' fill, 0 to 1. */
  readonly opacity: number;
  readonly table: LookTable | null;
  readonly filter: Filter;
  readonly rulers: boolean;
  /** In the user's language: what the picture is, that it is filtered, and that there is none. */
  readonly texts: { readonly picture: string; readonly badge: string; readonly empty: string };
}

/** The second window begins to listen. */
export interface Listening {
  readonly kind: 'listening';
}

export type SecondMessage = Shown | Listening;
