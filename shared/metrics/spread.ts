/** How values lie: mean, standard deviation, median, range. Not what they are of. */

export interface Spread {
  readonly n: number;
  /** Null where there is no value. */
  readonly mean: number | null;
  /** Of the sample (divided by n - 1); null below two values. */
  readonly sd: number | null;
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0) return { n, mean: null, sd: null, median: null, low: null, high: null };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const [below, above] = [sorted[(n - 1) >> 1] as number, sorted[n >> 1] as number];
  return {
    n,
    mean,
    sd: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    median: (below + above) / 2,
    low: sorted[0] as number,
    high: sorted[n - 1] as number,
  };
}
