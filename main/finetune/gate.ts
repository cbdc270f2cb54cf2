/**
 * Whether a new head takes over: only if it is better on frames it never saw, beyond what the choice of patients explains,
 * and has not forgotten what the label knew. Where nothing proposes there is nothing to protect, and a head that helps at
 * all takes over. Numbers in, verdict out.
 */
import type { Gain, Verdict } from '../../shared/domain';
import { seededRandom } from '../../models/training';

/** A score of one frame with the old head and with the new one. */
export interface Pair {
  readonly group: string;
  readonly before: number;
  readonly after: number;
}

interface GroupSum {
  readonly gain: number;
  readonly frames: number;
}

const RESAMPLES = 10_000;
/** 97.5 % quantiles: of the normal distribution, and of Student's t with 1, 2 and 3 degrees of freedom. */
const Z = 1.959964;
const T = [12.7062, 4.3027, 3.1824];
/** Loss of mean Dice on what was known that nobody would see. */
const TOLERATED_LOSS = 0.01;
/** Mean Dice from which a proposal is more help than none, even if another label's head would do as well. */
const HELPFUL_DICE = 0.3;

/**
 * Mean gain over frames with its 95 % interval: a bootstrap that draws whole groups, since frames of one patient succeed
 * and fail together. Its tails are widened for few groups as in Hesterberg, "What teachers should know about the
 * bootstrap" (2015), section 5.3; two to four groups have too few resamples for that and get Student's interval.
 *
 * @param pairs of at least two groups
 */
export function pairedGain(pairs: readonly Pair[], seed: number): Gain {
  const sums = new Map<string, GroupSum>();
  for (const { group, before, after } of pairs) {
    const sum = sums.get(group) ?? { gain: 0, frames: 0 };
    sums.set(group, { gain: sum.gain + after - before, frames: sum.frames + 1 });
  }
  const groups = [...sums.values()];
  const mean = pairs.reduce((sum, { before, after }) => sum + after - before, 0) / pairs.length;
  const t = T[groups.length - 2];
  if (t !== undefined) {
    const reach = t * standardError(groups);
    return { mean, low: mean - reach, high: mean + reach };
  }
  const means = resampledMeans(groups, seed);
  const tail = Math.floor(expandedTail(groups.length) * RESAMPLES);
  return { mean, low: means[tail] ?? mean, high: means[RESAMPLES - 1 - tail] ?? mean };
}

function resampledMeans(groups: readonly GroupSum[], seed: number): Float64Array {
  const random = seededRandom(`bootstrap ${seed}`);
  return Float64Array.from({ length: RESAMPLES }, () => {
    let [gain, frames] = [0, 0];
    for (let i = 0; i < groups.length; i++) {
      const drawn = groups[Math.floor(random() * groups.length)];
      gain += drawn?.gain ?? 0;
      frames += drawn?.frames ?? 0;
    }
    return gain / frames;
  }).sort();
}

/** Of the groups' mean gains. */
function standardError(groups: readonly GroupSum[]): number {
  const gains = groups.map(({ gain, frames }) => gain / frames);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  return Math.sqrt(squares / (gains.length - 1) / gains.length);
}

/**
 * @param gain over what proposes now; where nothing does, over the nearest head of another label
 * @param known gain on what the label knew before; null: there is nothing to forget
 * @param first mean Dice of the new head where nothing proposes now; null: something does
 */
export function verdictOf(gain: Gain, known: Gain | null, first: number | null): Verdict {
  if (known && known.high < 0 && known.mean < -TOLERATED_LOSS) return 'forgets';
  if (gain.low > 0) return 'better';
  return first !== null && (gain.mean > 0 || first >= HELPFUL_DICE) ? 'first' : 'not-better';
}

/** Share of resamples to cut at either end for an interval that covers 95 % with `n` groups; 2.5 % when there are many. */
function expandedTail(n: number): number {
  return upperTail(studentQuantile(n - 1) * Math.sqrt(n / (n - 1)));
}

/** Of Student's t at 97.5 %, by the expansion in Abramowitz and Stegun 26.7.5; for 4 degrees and more. */
function studentQuantile(degrees: number): number {
  const z2 = Z * Z;
  const terms = [(z2 + 1) / 4, ((5 * z2 + 16) * z2 + 3) / 96, (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384];
  return Z * (1 + terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), 0));
}

/** 1 - Phi(z) for z > 0, by Abramowitz and Stegun 26.2.17. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const polynomial = series.reduce((sum, factor, i) => sum + factor * t ** (i + 1), 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
