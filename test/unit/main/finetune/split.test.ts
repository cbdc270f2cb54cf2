/** Which frames teach and which judge: frames of one patient are never parted, and no group ever changes sides. */
import { describe, expect, it } from 'vitest';
import { appearance, type FrameToSplit, split } from '../../../../main/finetune/split';
import { type Random, seededRandom } from '../../../../models/training';

const DIMENSIONS = 16;

/** Direction that no other has. */
function look(random: Random): Float32Array {
  const values = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function frame(name: string, about: Partial<FrameToSplit> = {}): FrameToSplit {
  return {
    ...{ frameSha256: name, patient: '', seriesKey: '1', seriesInStudy: 1, group: null, seen: false },
    appearance: look(seededRandom(name)),
    ...about,
  };
}

const ofPatients = (count: number, each = 1, offset = 0): FrameToSplit[] =>
  Array.from({ length: count * each }, (_, i) => {
    const patient = `P${offset + Math.floor(i / each)}`;
    return frame(`${patient} ${i}`, { patient });
  });

/** A project of any kind: patients known or not, several series, loops of look-alikes. */
function anyProject(random: Random): FrameToSplit[] {
  const scenes = Array.from({ length: 6 }, () => look(random));
  return Array.from({ length: 2 + Math.floor(40 * random()) }, (_, i) =>
    frame(`${i} ${random()}`, {
      patient: random() < 0.5 ? `P${Math.floor(8 * random())}` : '',
      seriesKey: `S${Math.floor(5 * random())}`,
      seriesInStudy: random() < 0.3 ? 3 : 1,
      ...(random() < 0.5 && { appearance: scenes[Math.floor(6 * random())]! }),
    }),
  );
}

describe('split', () => {
  it('parts no group, and trains no head on what judges it, whatever the project', () => {
    for (let seed = 0; seed < 60; seed++) {
      const frames = anyProject(seededRandom(`project ${seed}`));
      const { groups, sides, lessons } = split(frames, {});
      for (const { train, judge } of lessons) {
        const taught = new Set(train.map((i) => groups[i]));
        expect(judge.some((i) => taught.has(groups[i]))).toBe(false);
        expect(train.every((i) => sides[i] === 'train')).toBe(true);
      }
      const sideOf = new Map(groups.map((group, i) => [group, sides[i]]));
      expect(groups.every((group, i) => sideOf.get(group) === sides[i])).toBe(true);
      const judged = lessons.flatMap(({ judge }) => judge);
      expect(new Set(judged).size).toBe(judged.length);
      frames.forEach(({ patient }, i) => patient && expect(groups[i]).toBe(`patient:${patient}`));
    }
  });

  it('keeps every group on its side when frames are added, in whatever order they come', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(`growing ${seed}`);
      const frames = anyProject(random);
      const part = frames.slice(0, Math.ceil(frames.length * random()));
      const first = split(part, {});
      const sides = Object.fromEntries(first.groups.map((group, i) => [group, first.sides[i]!]));
      const known = frames.map((each, i) => ({ ...each, group: first.groups[i] ?? null }));
      const second = split([...known].reverse(), sides);
      second.groups.forEach((group, i) => {
        if (Object.hasOwn(sides, group)) expect(second.sides[i]).toBe(sides[group]);
      });
      expect([...split([...part].reverse(), {}).groups].reverse()).toEqual(first.groups);
    }
  });

  it('gives a quarter of the groups to validation', () => {
    const { sides, judging } = split(ofPatients(40), {});
    expect(sides.filter((side) => side === 'validation')).toHaveLength(10);
    expect(judging).toBe('held-out');
  });

  it('leaves out whole patients in turn where too few judge, each of them once', () => {
    const frames = ofPatients(9, 3);
    const { groups, judging, groupedBy, lessons } = split(frames, {});
    expect({ judging, groupedBy, lessons: lessons.length }).toEqual({
      judging: 'leave-one-out',
      groupedBy: 'patient',
      lessons: 6,
    });
    expect(lessons.flatMap(({ judge }) => judge).sort((a, b) => a - b)).toEqual(frames.map((_, i) => i));
    for (const { judge } of lessons) {
      const judges = new Set(judge.map((i) => groups[i]));
      expect(judge).toHaveLength(3 * judges.size);
    }
  });

  it('has frames judge that no earlier version was trained on', () => {
    const old = ofPatients(4).map((each) => ({ ...each, group: `patient:${each.patient}`, seen: true }));
    const sides = Object.fromEntries(old.map(({ group }) => [group, 'train' as const]));
    const { groups, lessons } = split([...old, ...ofPatients(3, 1, 10)], sides);
    const judges = new Set(lessons.flatMap(({ judge }) => judge.map((i) => groups[i])));
    expect([...judges].sort()).toEqual(['patient:P10', 'patient:P11', 'patient:P12']);
  });

  it('knows frames of one loop by their looks, by way of those between them', () => {
    const turned = (angle: number) => {
      const direction = new Float32Array(DIMENSIONS);
      [direction[0], direction[1]] = [Math.cos(angle), Math.sin(angle)];
      return direction;
    };
    const loop = [0, 0.08, 0.16, 0.24].map((angle, i) => frame(`loop ${i}`, { appearance: turned(angle) }));
    const { groups, groupedBy } = split([...loop, frame('other'), frame('another')], {});
    expect(new Set(groups.slice(0, 4)).size).toBe(1);
    expect(new Set(groups).size).toBe(3);
    expect(groupedBy).toBe('similar-frames');
  });

  it('puts a new frame that looks like one of an old group into it', () => {
    const same = look(seededRandom('scene'));
    const old = frame('old', { group: 'similar:abc', appearance: same });
    const { groups, sides } = split([old, frame('new', { appearance: same }), ...ofPatients(3)], {
      'similar:abc': 'validation',
    });
    expect(groups[1]).toBe('similar:abc');
    expect(sides[1]).toBe('validation');
  });
});

describe('appearance', () => {
  it('is the same for images of the same content in other strength, and not for mirrored ones', () => {
    const random = seededRandom('embedding');
    const embedding = Float32Array.from({ length: 8 * 32 * 32 }, (_, i) => (i % 32) / 32 + random());
    const own = appearance(embedding);
    const likeness = (other: Float32Array) => appearance(other).reduce((sum, value, i) => sum + value * own[i]!, 0);
    expect(likeness(embedding.map((value) => 3 * value))).toBeCloseTo(1, 5);
    expect(likeness(embedding.map((_, i) => embedding[i - 2 * (i % 32) + 31]!))).toBeLessThan(0.95);
  });
});
