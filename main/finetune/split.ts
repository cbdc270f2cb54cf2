/**
 * Which frames teach a head and which judge it. Frames that belong together are a group and never parted; a group is on
 * one side for ever. Pure: it reads nothing and remembers nothing, earlier rounds' choices are handed in.
 */
import { createHash } from 'node:crypto';
import { GRID_SIZE } from '../../models/autosamus';
import type { Judging, LearningSide, RoundReport } from '../../shared/domain';
import type { RoundFrame } from './round-plan';

export type FrameToSplit = Pick<RoundFrame, 'frameSha256' | 'patient' | 'seriesKey' | 'seriesInStudy' | 'group'> & {
  /** `appearance` of its embedding. */
  readonly appearance: Float32Array;
  /** A version of the label may have been trained on it. */
  readonly seen: boolean;
};

/** One head to train, and the frames that judge it, which it never sees. Numbers are places in the list of frames. */
export interface Lesson {
  readonly train: readonly number[];
  readonly judge: readonly number[];
}

export interface Split {
  /** Of each frame. */
  readonly groups: readonly string[];
  readonly sides: readonly LearningSide[];
  readonly judging: Judging;
  readonly groupedBy: RoundReport['groupedBy'];
  /** The last one yields the new head; those before it stand in for it where its own judges are too few. */
  readonly lessons: readonly Lesson[];
}

/** Of the groups that take part. */
const VALIDATION_SHARE = 0.25;
/** With fewer groups to judge by than these, the train side judges as well, each group a head that was trained without it. */
const ENOUGH_JUDGES = 4;
const MAX_FOLDS = 5;
/**
 * Frames whose appearances agree more than this are of one scene. Measured with the bundled encoder: consecutive frames of
 * a loop and a picture saved twice 0.9965 to 0.9998; two patients 0.993 at most (10,585 pairs of thyroids, loops of hearts).
 */
const ALIKE = 0.995;
/** Cells along a side over which an appearance is averaged: coarser ones do not tell hearts apart, finer ones see motion. */
const CELLS = 4;

/** @param frames in any order; the result does not depend on it */
export function split(frames: readonly FrameToSplit[], known: Readonly<Record<string, LearningSide>>): Split {
  const groups = groupsOf(frames);
  const sideOf = sidesOf(new Set(groups), known);
  const sides = groups.map((group) => sideOf.get(group) ?? 'train');
  const seen = new Set(groups.filter((_, i) => frames[i]?.seen));
  const folds = foldsOf(sideOf, seen);
  const framesIn = (chosen: (group: string) => boolean): number[] =>
    groups.flatMap((group, i) => (chosen(group) ? [i] : []));
  const isTrained = (group: string): boolean => sideOf.get(group) === 'train';
  return {
    groups,
    sides,
    judging: folds.length > 0 ? 'leave-one-out' : 'held-out',
    groupedBy: kindOf(groups),
    lessons: [
      ...folds.map((fold) => ({
        train: framesIn((group) => isTrained(group) && !fold.has(group)),
        judge: framesIn((group) => fold.has(group)),
      })),
      { train: framesIn(isTrained), judge: framesIn((group) => !isTrained(group)) },
    ],
  };
}

/**
 * What a frame looks like, for finding others of the same scene: the embedding averaged over 4 x 4 cells, of length 1.
 *
 * @param embedding [C, 32, 32]
 */
export function appearance(embedding: Float32Array): Float32Array {
  const width = GRID_SIZE / CELLS;
  const cells = new Float32Array((embedding.length / (GRID_SIZE * GRID_SIZE)) * CELLS * CELLS);
  for (let i = 0; i < embedding.length; i += width) {
    const row = Math.floor(i / GRID_SIZE);
    // A row of this cell; rows of all channels come one after the other, `width` of them to a row of cells.
    const cell = Math.floor(row / width) * CELLS + (i % GRID_SIZE) / width;
    for (let j = i; j < i + width; j++) cells[cell] = (cells[cell] as number) + (embedding[j] as number);
  }
  const length = Math.hypot(...cells) || 1;
  return cells.map((value) => value / length);
}

/** The patient, else the series where a study has several, else what looks alike. A group once given stays. */
function groupsOf(frames: readonly FrameToSplit[]): string[] {
  const given = frames.map(({ group, patient, seriesKey, seriesInStudy }) => {
    if (group !== null) return group;
    if (patient) return `patient:${patient}`;
    return seriesInStudy > 1 ? `series:${seriesKey}` : undefined;
  });
  const scenes = scenesOf(frames, given);
  return given.map((group, i) => group ?? scenes[i] ?? '');
}

/**
 * Frames without a group that look alike, directly or by way of others, are one group: that of the frame with a group
 * that one of them looks most like, else a new one.
 */
function scenesOf(frames: readonly FrameToSplit[], given: readonly (string | undefined)[]): string[] {
  const order = frames.map((_, i) => i).sort((a, b) => byText(frames[a]?.frameSha256, frames[b]?.frameSha256));
  const scenes: string[] = [];
  for (const first of order) {
    if (given[first] !== undefined || scenes[first] !== undefined) continue;
    const members = [first];
    let nearest = { group: `similar:${frames[first]?.frameSha256}`, likeness: ALIKE };
    scenes[first] = '';
    // Grows while it is walked.
    for (const member of members) {
      for (const other of order) {
        const group = given[other];
        if (group === undefined && scenes[other] !== undefined) continue;
        const likeness = likenessOf(frames[member], frames[other]);
        if (likeness <= ALIKE) continue;
        if (group === undefined) {
          scenes[other] = '';
          members.push(other);
        } else if (likeness > nearest.likeness) nearest = { group, likeness };
      }
    }
    for (const member of members) scenes[member] = nearest.group;
  }
  return scenes;
}

/** Cosine. */
function likenessOf(a: FrameToSplit | undefined, b: FrameToSplit | undefined): number {
  if (!a || !b) return 0;
  let product = 0;
  for (let i = 0; i < a.appearance.length; i++) product += (a.appearance[i] as number) * (b.appearance[i] as number);
  return product;
}

/** New groups go to validation until it has its share; which of them do, their hashes decide. */
function sidesOf(
  groups: ReadonlySet<string>,
  known: Readonly<Record<string, LearningSide>>,
): Map<string, LearningSide> {
  const sides = new Map<string, LearningSide>();
  for (const group of groups) if (Object.hasOwn(known, group)) sides.set(group, known[group] ?? 'train');
  const judges = [...sides.values()].filter((side) => side === 'validation').length;
  const missing = Math.max(0, Math.floor(VALIDATION_SHARE * groups.size) - judges);
  const fresh = inHashOrder([...groups].filter((group) => !sides.has(group)));
  fresh.forEach((group, i) => sides.set(group, i < missing ? 'validation' : 'train'));
  return sides;
}

/**
 * Groups to leave out in turn. Those that earlier versions were trained on judge nothing, unless there is hardly another:
 * the comparison then favours the version that saw them.
 */
function foldsOf(sides: ReadonlyMap<string, LearningSide>, seen: ReadonlySet<string>): ReadonlySet<string>[] {
  const trained = inHashOrder([...sides].flatMap(([group, side]) => (side === 'train' ? [group] : [])));
  const judges = sides.size - trained.length;
  if (judges >= ENOUGH_JUDGES || trained.length < 2) return [];
  const fresh = trained.filter((group) => !seen.has(group));
  const left = judges + fresh.length >= 2 ? fresh : trained;
  const folds = Array.from({ length: Math.min(MAX_FOLDS, left.length) }, () => new Set<string>());
  left.forEach((group, i) => folds[i % folds.length]?.add(group));
  return folds;
}

function kindOf(groups: readonly string[]): RoundReport['groupedBy'] {
  const kinds = new Set(groups.map((group) => group.slice(0, group.indexOf(':'))));
  if (kinds.size > 1) return 'mixed';
  return kinds.has('patient') ? 'patient' : kinds.has('series') ? 'series' : 'similar-frames';
}

function inHashOrder(groups: readonly string[]): string[] {
  const hash = (group: string): string => createHash('sha256').update(group).digest('hex');
  return groups
    .map((group) => [hash(group), group] as const)
    .sort(([a], [b]) => byText(a, b))
    .map(([, group]) => group);
}

function byText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
