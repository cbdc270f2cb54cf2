/** Several masks of one image taken together, out of their stored form. */
import { union, type Mask } from './mask';
import { maskFromCocoRle } from './rle';

interface StoredMask {
  readonly widthPx: number;
  readonly heightPx: number;
  /** COCO's compressed run lengths. */
  readonly counts: string;
}

/** Null where there is none. @throws AppError `format-corrupt` for run lengths that are no mask */
export function wholeMask(masks: readonly StoredMask[]): Mask | null {
  const [first, ...others] = masks.map(({ widthPx, heightPx, counts }) =>
    maskFromCocoRle({ size: [heightPx, widthPx], counts }),
  );
  return first ? others.reduce(union, first) : null;
}
