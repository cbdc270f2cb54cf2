/**
 * Which frames are worth a human's time: how unsure a head is of its proposal, how unlike a frame is what was corrected,
 * and both at once. Numbers in, numbers and orders out; which frames there are is `orders.ts`.
 */
import { seededRandom } from '../../models/training';

/** What tells of a proposal how sure it is, each from 0 to 1 and higher where surer. */
export interface Signals {
  /** The decoder's own estimate. */
  readonly predictedIou: number;
  /** See `stability`. */
  readonly stability: number;
  /** Dice of the proposal with that on the mirror image, mirrored back; null: not known yet. */
  readonly flipDice: number | null;
}

/** Of the frames that the orders choose so many come at random: only these tell how good proposals are in general. */
export const CONTROL_SHARE = 0.1;

/** Logits so far from the threshold still count as unsure, as in SAM (`stability_score_offset`). */
const THRESHOLD_OFFSET = 1;

/** What a flip not known yet is taken for: mean of three heads on 30 thyroids, 0.867 to 0.872. */
const USUAL_FLIP_DICE = 0.87;

/** Length of a sketch: 0.5 kB at half precision, 10 MB for 20,000 frames. */
export const SKETCH_LENGTH = 256;

/** @param chance a number in [0, 1), drawn anew for each frame */
export function isControl(chance: number): boolean {
  return chance < CONTROL_SHARE;
}

/**
 * From 0, sure, to 1: how far the signals are from sure in the mean. Without flips the other two rank, and frames with
 * and without compare.
 */
export function uncertainty({ predictedIou, stability, flipDice }: Signals): number {
  const mean = (predictedIou + stability + (flipDice ?? USUAL_FLIP_DICE)) / 3;
  return Math.min(1, Math.max(0, 1 - mean));
}

/**
 * Area at a stricter threshold over area at a looser one, as in SAM: low where the border is vague. 0 where a head finds
 * nothing at either: that is its worst failure or an empty frame, and only a human can tell.
 *
 * @param lowRes logits
 */
export function stability(lowRes: Float32Array): number {
  let [strict, loose] = [0, 0];
  for (const logit of lowRes) {
    if (logit > THRESHOLD_OFFSET) strict++;
    if (logit > -THRESHOLD_OFFSET) loose++;
  }
  return loose === 0 ? 0 : strict / loose;
}

/**
 * Candidates by k-centre greedy (Sener and Savarese, 2018): each is the farthest from all that were corrected and all
 * that come before it. With nothing corrected the first is the most typical one, nearest to the mean: the farthest from
 * it would be an outlier. Of equals the earlier comes first.
 *
 * @param candidates appearances or sketches, all of one length
 * @returns places in `candidates`
 */
export function farthestFirst(candidates: readonly Float32Array[], corrected: readonly Float32Array[]): number[] {
  return mixed(candidates, corrected);
}

/**
 * As `farthestFirst`, with distances weighed by uncertainty: unsure frames that look like corrected ones wait, and so do
 * sure ones that look like nothing yet.
 *
 * @param uncertainties of the candidates; left out: all the same
 */
export function mixed(
  candidates: readonly Float32Array[],
  corrected: readonly Float32Array[],
  uncertainties?: readonly number[],
): number[] {
  const left = new Set(candidates.keys());
  const distances = new Float64Array(candidates.length).fill(Infinity);
  for (const each of corrected) approach(distances, candidates, each);
  const order: number[] = [];
  while (left.size > 0) {
    const isFirst = order.length === 0 && corrected.length === 0;
    const near = isFirst ? typicality(candidates) : distances;
    const best = farthest(left, near, uncertainties);
    left.delete(best);
    order.push(best);
    approach(distances, candidates, candidates[best] as Float32Array);
  }
  return order;
}

/** Lowers each candidate's distance to that from `to`, where it is nearer. */
export function approach(distances: Float64Array, candidates: readonly Float32Array[], to: Float32Array): void {
  for (let i = 0; i < candidates.length; i++) {
    const known = distances[i] as number;
    const squared = squaredDistance(candidates[i] as Float32Array, to, known * known);
    if (squared < known * known) distances[i] = Math.sqrt(squared);
  }
}

/** Higher for the more typical ones; for a start, where there is nothing yet to be far from. */
export function typicality(candidates: readonly Float32Array[]): Float64Array {
  const mean = new Float32Array(candidates[0]?.length ?? 0);
  for (const candidate of candidates) candidate.forEach((value, k) => (mean[k] = (mean[k] as number) + value));
  for (let k = 0; k < mean.length; k++) mean[k] = (mean[k] as number) / candidates.length;
  return Float64Array.from(candidates, (candidate) => 1 / (1 + distance(candidate, mean)));
}

/** Of these places the one of the largest distance, weighed by uncertainty. */
export function farthest(places: Iterable<number>, distances: Float64Array, uncertainties?: readonly number[]): number {
  let [best, most] = [-1, -Infinity];
  for (const i of places) {
    const value = (distances[i] as number) * (uncertainties ? (uncertainties[i] as number) : 1);
    if (value > most) [best, most] = [i, value];
  }
  return best;
}

/** Euclidean. */
function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(squaredDistance(a, b, Infinity));
}

/** Or any number that is not below `limit`: most are far, and that is soon clear. */
function squaredDistance(a: Float32Array, b: Float32Array, limit: number): number {
  let sum = 0;
  for (let k = 0; k < a.length && sum < limit;) {
    for (const end = Math.min(k + 16, a.length); k < end; k++) sum += ((a[k] as number) - (b[k] as number)) ** 2;
  }
  return sum;
}

/**
 * A short stand-in for an appearance: sketches are as far apart as appearances are, within a few per cent (count sketch,
 * Charikar and others, 2002: every value is added to or taken from one of the places, which by chance that is always the
 * same).
 */
export function sketch(appearance: Float32Array): Float32Array {
  const random = seededRandom('sketch');
  const sums = new Float32Array(SKETCH_LENGTH);
  for (const value of appearance) {
    const drawn = Math.floor(random() * 2 * SKETCH_LENGTH);
    const place = drawn >> 1;
    sums[place] = (sums[place] as number) + (drawn & 1 ? value : -value);
  }
  return sums;
}
