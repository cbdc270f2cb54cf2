/** Where the window was, and whether it can be there again. Pure: the window itself is in window.ts. */
import { z } from 'zod';

const boundsSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

/** Device-independent pixels of the whole desktop. */
export type Bounds = z.infer<typeof boundsSchema>;

export const windowStateSchema = z.object({
  bounds: boundsSchema.nullable().default(null),
  maximized: z.boolean().default(false),
});

export type WindowState = z.infer<typeof windowStateSchema>;

export const SMALLEST = { width: 960, height: 600 } as const;
const USUAL = { width: 1440, height: 900 } as const;
/** So much of the window's top edge must be on a display for the user to be able to drag it. */
const GRASP = { width: 120, height: 40 } as const;

/**
 * The bounds to open with. Remembered ones are used only where their title bar can still be reached (a display may be
 * gone since), and never larger than the display they are on.
 *
 * @param workAreas of every display, the primary one first
 */
export function usableBounds(remembered: Bounds | null, workAreas: readonly [Bounds, ...Bounds[]]): Bounds {
  if (remembered) {
    for (const area of workAreas) {
      const fitted = fittedTo(remembered, area);
      if (canGrasp(fitted, area)) return fitted;
    }
  }
  return centred(workAreas[0]);
}

function fittedTo(bounds: Bounds, area: Bounds): Bounds {
  return {
    x: Math.round(bounds.x),
    y: Math.round(bounds.y),
    width: clamp(bounds.width, SMALLEST.width, area.width),
    height: clamp(bounds.height, SMALLEST.height, area.height),
  };
}

function canGrasp(bounds: Bounds, area: Bounds): boolean {
  const visibleWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const topIsInside = bounds.y >= area.y && bounds.y + GRASP.height <= area.y + area.height;
  return visibleWidth >= GRASP.width && topIsInside;
}

function centred(area: Bounds): Bounds {
  const width = Math.min(USUAL.width, area.width);
  const height = Math.min(USUAL.height, area.height);
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  };
}

/** `low` gives way where the display is smaller than our smallest window. */
function clamp(value: number, low: number, high: number): number {
  return Math.round(Math.min(Math.max(value, low), high));
}
