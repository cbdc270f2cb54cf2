/**
 * The sample study: a small hospital day of simulated patients, for the first start of the app, the demo command and
 * tests. Lists cases; a case is drawn when it is asked for.
 */
import { AppError } from '../errors';
import { phantomFrame, phantomLoop, type PhantomLabel, type PhantomLoopSpec, type PhantomSpec } from './frame';
import type { PhantomFrame } from './picture';
import { deriveSeed } from './random';

/** One image or cine loop of the sample study. */
export interface PhantomCase {
  /** Unique in the study and fit for a file name, e.g. `breast-lesion-03`. */
  readonly name: string;
  /** Images of one patient share it, e.g. `phantom-02`; each patient has one kind of examination. */
  readonly patient: string;
  /** Name of the series in the patient's study; a patient's still images form one series. */
  readonly series: string;
  readonly label: PhantomLabel;
  readonly spec: PhantomSpec;
  /** 1 for a still image. */
  readonly frames: number;
}

/** Frame sizes as the real data sets of these organs have them. */
const SIZES_PX = { 'breast-lesion': [560, 470], 'fetal-head': [800, 540], 'lv-cavity': [640, 480] } as const;
const SERIES = {
  'breast-lesion': 'Breast',
  'fetal-head': 'Fetal biometry',
  'lv-cavity': 'Apical four chamber',
} as const;
const LOOP_FRAMES = 16;
/** Kinds of examination, repeated; each entry is one patient with so many images. */
const PATIENTS = [
  { label: 'breast-lesion', images: 2 },
  { label: 'fetal-head', images: 2 },
  { label: 'lv-cavity', images: 1 },
] as const;

/** The first `count` cases of the study that `seed` names; a longer study starts with the shorter one. */
export function sampleStudy(seed: number, count: number): PhantomCase[] {
  if (!Number.isSafeInteger(seed))
    throw new AppError('usage', 'sample study', `the seed must be an integer, not ${seed}`);
  if (!Number.isInteger(count) || count < 0) {
    throw new AppError('usage', 'sample study', `the number of cases must be a whole number, not ${count}`);
  }
  const cases: PhantomCase[] = [];
  const numbers = { 'breast-lesion': 0, 'fetal-head': 0, 'lv-cavity': 0 };
  for (let patient = 0; cases.length < count; patient++) {
    const { label, images } = PATIENTS[patient % PATIENTS.length] ?? PATIENTS[0];
    for (let image = 0; image < images && cases.length < count; image++) {
      numbers[label] += 1;
      const [widthPx, heightPx] = SIZES_PX[label];
      cases.push({
        name: `${label}-${twoDigits(numbers[label])}`,
        patient: `phantom-${twoDigits(patient + 1)}`,
        series: SERIES[label],
        label,
        spec: { label, seed: deriveSeed(seed, 16 * patient + image), widthPx, heightPx },
        frames: label === 'lv-cavity' ? LOOP_FRAMES : 1,
      });
    }
  }
  return cases;
}

/** Draws a case: one frame of a still image, one heart beat of a loop. */
export function renderCase(phantom: PhantomCase): PhantomFrame[] {
  return isLoop(phantom.spec) ? phantomLoop(phantom.spec, phantom.frames) : [phantomFrame(phantom.spec)];
}

function isLoop(spec: PhantomSpec): spec is PhantomLoopSpec {
  return spec.label === 'lv-cavity';
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
