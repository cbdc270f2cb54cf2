/** Which frames come first: the unsure ones, those unlike what was corrected, and how chance is told from choice. */
import { describe, expect, it } from 'vitest';
import {
  CONTROL_SHARE,
  farthestFirst,
  isControl,
  mixed,
  sketch,
  stability,
  uncertainty,
} from '../../../../main/finetune/ranking';
import { type Random, seededRandom, shuffled } from '../../../../models/training';

const DIMENSIONS = 8;

function look(random: Random, dimensions = DIMENSIONS): Float32Array {
  const values = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

const looks = (random: Random, count: number): Float32Array[] => Array.from({ length: count }, () => look(random));
const distance = (a: Float32Array, b: Float32Array): number => Math.hypot(...a.map((value, k) => value - b[k]!));

describe('uncertainty', () => {
  it('is within 0 and 1, and never falls where a signal does', () => {
    const random = seededRandom('signals');
    for (let i = 0; i < 500; i++) {
      const signals = { predictedIou: random(), stability: random(), flipDice: random() < 0.5 ? null : random() };
      const before = uncertainty(signals);
      expect(before).toBeGreaterThanOrEqual(0);
      expect(before).toBeLessThanOrEqual(1);
      for (const name of ['predictedIou', 'stability', 'flipDice'] as const) {
        if (signals[name] === null) continue;
        expect(uncertainty({ ...signals, [name]: signals[name] * random() })).toBeGreaterThanOrEqual(before);
      }
    }
    expect(uncertainty({ predictedIou: 1, stability: 1, flipDice: 1 })).toBe(0);
    expect(uncertainty({ predictedIou: 0, stability: 0, flipDice: 0 })).toBe(1);
  });

  it('ranks by the other two signals where flips are missing', () => {
    const sure = { predictedIou: 0.9, stability: 0.95, flipDice: null };
    const vague = { predictedIou: 0.9, stability: 0.6, flipDice: null };
    expect(uncertainty(vague)).toBeGreaterThan(uncertainty(sure));
    expect(uncertainty({ ...sure, flipDice: 0.1 })).toBeGreaterThan(uncertainty(sure));
    // A frame whose flip is as flips usually are keeps its place among those that have none yet.
    expect(uncertainty({ ...sure, flipDice: 0.87 })).toBeCloseTo(uncertainty(sure));
  });
});

describe('stability', () => {
  it('is the area at +1 over the area at -1', () => {
    expect(stability(Float32Array.of(5, 5, 0.5, -0.5, -5))).toBe(0.5);
    expect(stability(Float32Array.of(8, 8, -8, -8))).toBe(1);
  });

  it('is 0 where nothing is found, and where all of it is vague', () => {
    expect(stability(new Float32Array(16).fill(-9))).toBe(0);
    expect(stability(new Float32Array(16))).toBe(0);
  });

  it('falls as the border gets vaguer', () => {
    const ramp = (steepness: number) => Float32Array.from({ length: 100 }, (_, i) => (50 - i) * steepness);
    const found = [8, 1, 0.3, 0.1, 0.05].map((steepness) => stability(ramp(steepness)));
    expect(found).toEqual([...found].sort((a, b) => b - a));
    expect(new Set(found).size).toBe(found.length);
  });
});

describe('farthest first', () => {
  it('names every candidate once, each as far as can be from what was corrected and named before', () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = seededRandom(`far ${seed}`);
      const candidates = looks(random, 1 + Math.floor(12 * random()));
      const corrected = looks(random, 1 + Math.floor(4 * random()));
      const order = farthestFirst(candidates, corrected);
      expect([...order].sort((a, b) => a - b)).toEqual([...candidates.keys()]);
      const seen = [...corrected];
      order.forEach((place, k) => {
        const nearest = (i: number): number => Math.min(...seen.map((each) => distance(candidates[i]!, each)));
        const farthest = Math.max(...order.slice(k).map(nearest));
        expect(nearest(place)).toBeCloseTo(farthest, 5);
        seen.push(candidates[place]!);
      });
    }
  });

  it('takes one of each scene before a second of any, and what was corrected last', () => {
    const random = seededRandom('scenes');
    const scenes = looks(random, 4);
    const near = (scene: Float32Array) => scene.map((value) => value + 0.01 * (random() - 0.5));
    const candidates = [0, 1, 2, 3].flatMap((s) => [near(scenes[s]!), near(scenes[s]!), near(scenes[s]!)]);
    const order = farthestFirst(candidates, [scenes[2]!]).map((place) => Math.floor(place / 3));
    expect(new Set(order.slice(0, 3))).toEqual(new Set([0, 1, 3]));
  });

  it('begins with the most typical where nothing was corrected', () => {
    const centre = look(seededRandom('centre'));
    const around = looks(seededRandom('around'), 20).map((away) => centre.map((value, k) => value + away[k]!));
    expect(farthestFirst([...around, centre], [])[0]).toBe(20);
    expect(farthestFirst([], [])).toEqual([]);
  });
});

describe('the mix', () => {
  it('is farthest first where all are equally unsure', () => {
    const random = seededRandom('equal');
    const [candidates, corrected] = [looks(random, 20), looks(random, 3)];
    expect(mixed(candidates, corrected, Array(20).fill(0.3))).toEqual(farthestFirst(candidates, corrected));
  });

  it('takes the less sure of two that are equally far, and the farther of two that are equally unsure', () => {
    const [here, there, between] = [Float32Array.of(0, 0), Float32Array.of(3, 0), Float32Array.of(1, 0)];
    const opposite = Float32Array.of(-3, 0);
    expect(mixed([there, opposite], [here], [0.2, 0.4])[0]).toBe(1);
    expect(mixed([between, there], [here], [0.4, 0.4])[0]).toBe(1);
    // Quite unsure, but just like what was corrected.
    expect(mixed([here, there], [here], [1, 0.1])[0]).toBe(1);
  });

  it('names every candidate, also where the head is sure of all', () => {
    const candidates = looks(seededRandom('sure'), 9);
    expect(new Set(mixed(candidates, [], Array(9).fill(0))).size).toBe(9);
  });

  it('is the same for the same frames in another order', () => {
    const random = seededRandom('shuffled');
    const candidates = looks(random, 15);
    const unsure = candidates.map(() => random());
    const order = shuffled(15, random);
    const corrected = looks(random, 2);
    const direct = mixed(candidates, corrected, unsure);
    const pick = <T>(values: readonly T[]): T[] => order.map((place) => values[place]!);
    const indirect = mixed(pick(candidates), corrected, pick(unsure)).map((place) => order[place]);
    expect(indirect).toEqual(direct);
  });
});

describe('a sketch', () => {
  it('keeps distances within a few per cent, and is the same each time', () => {
    const random = seededRandom('sketch');
    const common = look(random, 4096);
    for (let i = 0; i < 20; i++) {
      const [a, b] = [0.3, 0.1].map((share) => look(random, 4096).map((value, k) => common[k]! + share * value));
      const ratio = distance(sketch(a!), sketch(b!)) / distance(a!, b!);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.15);
      expect(sketch(a!)).toEqual(sketch(a!));
    }
  });
});

describe('the control', () => {
  it('is one frame in ten, by chance', () => {
    const random = seededRandom('control');
    const drawn = Array.from({ length: 20_000 }, () => isControl(random())).filter(Boolean).length;
    expect(drawn / 20_000).toBeCloseTo(CONTROL_SHARE, 2);
    expect(CONTROL_SHARE).toBe(0.1);
  });
});
