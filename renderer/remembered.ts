/** Small things about the window that are remembered on this computer: widths of panels. Settings are in main. */

/** The number kept under this key, or `fallback`. */
export function remembered(key: string, fallback: number): number {
  const kept = Number(localStorage.getItem(key) ?? Number.NaN);
  return Number.isFinite(kept) ? kept : fallback;
}
