/**
 * Echo simulation in beam space: random scatterers and smooth interfaces, weakened along each beam, convolved with a
 * separable point-spread function, detected. The result is the envelope; making a picture of it is picture.ts's.
 *
 * Samples lie a quarter period of the received carrier apart (an eighth of a wavelength, for the way there and back), so
 * the carrier is i^t on sample t: even samples of the pulse make the in-phase part, odd ones the quadrature part.
 */
import { amplitudeOfDb, exponential } from './arithmetic';
import { beamWidthMm, beamsOf, lineSpacingMm, type Beam, type Transducer } from './probe';
import { deriveSeed, scattererAt } from './random';
import type { Scene, Tissue } from './scene';

/** Fine (carrier) samples per envelope sample. */
const STRIDE = 4;
/** Standard deviation of the pulse's Gaussian envelope, fine samples: 2.4 periods at half maximum. */
const PULSE_SIGMA = 4.1;
const PULSE_RADIUS = 12;
const FWHM_PER_SIGMA = 2.3548200450309493;
/** Share of the accumulated attenuation that neighbouring beams exchange per sample: shadows blur with depth. */
const SHADOW_SPREAD = 0.04;
const DB_STEP = 0.125;
const DB_LOWEST = -120;

/** Detected amplitude, row = depth. 1 is white for a diffuse echo of 0 dB (its mean intensity is 1). */
export interface Envelope {
  readonly rows: number;
  readonly lines: number;
  readonly rowSpacingMm: number;
  readonly amplitude: Float32Array; // [rows, lines]
}

/** Properties of every envelope sample, weakened by what lies above it. */
interface BeamField {
  readonly echo: Float32Array; // [rows, lines] amplitude
  readonly specular: Float32Array; // [rows, lines] amplitude
  readonly density: Float32Array; // [rows, lines]
  readonly restX: Float32Array; // [rows, lines] where the tissue was at rest, mm
  readonly restZ: Float32Array; // [rows, lines]
}

export function simulateEnvelope(scene: Scene): Envelope {
  const { transducer } = scene;
  const rowSpacingMm = (transducer.wavelengthMm / 8) * STRIDE;
  const rows = Math.ceil(transducer.depthMm / rowSpacingMm) + 1;
  const beams = beamsOf(transducer);
  const field = fieldOf(scene, beams, rows, rowSpacingMm);
  const amplitude = new Float32Array(rows * transducer.lines);
  for (let look = 0; look < scene.looks; look++) {
    const scatterers = scatterersOf(scene, beams, field, rows, rowSpacingMm, deriveSeed(scene.scattererSeed, look));
    const noiseSeed = deriveSeed(scene.noiseSeed, look);
    addLook(scene, field, scatterers, rows, rowSpacingMm, noiseSeed, amplitude);
  }
  return { rows, lines: transducer.lines, rowSpacingMm, amplitude };
}

function fieldOf(scene: Scene, beams: readonly Beam[], rows: number, rowSpacingMm: number): BeamField {
  const lines = beams.length;
  const make = () => new Float32Array(rows * lines);
  const field = { echo: make(), specular: make(), density: make(), restX: make(), restZ: make() };
  const tissue: Tissue = { echoDb: 0, specular: 0, attenuationDb: 0, density: 1, movedX: 0, movedZ: 0 };
  const amplitudes = amplitudeTable();
  let lostDb = new Float64Array(lines);
  let spreadDb = new Float64Array(lines);
  for (let row = 0; row < rows; row++) {
    const depth = row * rowSpacingMm;
    let line = -1;
    for (const beam of beams) {
      line += 1;
      const x = beam.startX + depth * beam.directionX;
      const z = beam.startZ + depth * beam.directionZ;
      scene.tissueAt(x, z, beam.directionX, beam.directionZ, tissue);
      const at = row * lines + line;
      const lost = lostDb[line] ?? 0;
      field.echo[at] = lookUp(amplitudes, tissue.echoDb - lost);
      field.specular[at] = tissue.specular === 0 ? 0 : tissue.specular * lookUp(amplitudes, -lost);
      field.density[at] = tissue.density;
      field.restX[at] = x - tissue.movedX;
      field.restZ[at] = z - tissue.movedZ;
      lostDb[line] = lost + tissue.attenuationDb * rowSpacingMm;
    }
    for (let line = 0; line < lines; line++) {
      const here = lostDb[line] ?? 0;
      const around = (lostDb[line - 1] ?? here) + (lostDb[line + 1] ?? here) - 2 * here;
      spreadDb[line] = here + SHADOW_SPREAD * around;
    }
    [lostDb, spreadDb] = [spreadDb, lostDb];
  }
  return field;
}

/** Scatterers on the fine samples, [rows * STRIDE, lines]; their cells are fixed to the tissue at rest. */
function scatterersOf(
  scene: Scene,
  beams: readonly Beam[],
  field: BeamField,
  rows: number,
  rowSpacingMm: number,
  seed: number,
): Float32Array {
  const lines = beams.length;
  const fine = rowSpacingMm / STRIDE;
  const cellX = lineSpacingMm(scene.transducer, scene.transducer.depthMm / 2);
  const out = new Float32Array(rows * STRIDE * lines);
  for (let row = 0; row < rows; row++) {
    let line = -1;
    for (const beam of beams) {
      line += 1;
      const at = row * lines + line;
      const density = field.density[at] ?? 1;
      const echo = field.echo[at] ?? 0;
      const restX = field.restX[at] ?? 0;
      const restZ = field.restZ[at] ?? 0;
      for (let k = 0; k < STRIDE; k++) {
        // The quarter keeps samples that fall on cell borders off them.
        const i = Math.floor((restX + k * fine * beam.directionX) / cellX + 0.25);
        const j = Math.floor((restZ + k * fine * beam.directionZ) / fine + 0.25);
        out[(row * STRIDE + k) * lines + line] = echo * scattererAt(seed, i, j, density);
      }
    }
  }
  return out;
}

/** Adds one look's envelope (divided by the number of looks) to `amplitude`. */
function addLook(
  scene: Scene,
  field: BeamField,
  scatterers: Float32Array,
  rows: number,
  rowSpacingMm: number,
  noiseSeed: number,
  amplitude: Float32Array,
): void {
  const { lines, depthMm } = scene.transducer;
  const pulse = pulseKernel();
  const noise = amplitudeOfDb(scene.noiseDb);
  const inPhase = new Float64Array(lines);
  const quadrature = new Float64Array(lines);
  const share = 1 / scene.looks;
  for (let row = 0; row < rows; row++) {
    const depth = row * rowSpacingMm;
    convolveAxially(scatterers, row, lines, pulse, inPhase, quadrature);
    const lateral = lateralKernel(scene.transducer, depth);
    // The interface's echo is coherent along it: its kernel sums to one, that of the scatterers has unit power.
    for (let line = 0; line < lines; line++) {
      inPhase[line] = (inPhase[line] ?? 0) + (field.specular[row * lines + line] ?? 0) / lateral.sum;
    }
    // Noise grows with the gain that makes up for depth.
    const floor = (noise * depth * depth) / (depthMm * depthMm) / 1.4142135623730951;
    for (let line = 0; line < lines; line++) {
      const i = correlate(inPhase, line, lateral.taps) + floor * scattererAt(noiseSeed, row, 2 * line, 1);
      const q = correlate(quadrature, line, lateral.taps) + floor * scattererAt(noiseSeed, row, 2 * line + 1, 1);
      const at = row * lines + line;
      amplitude[at] = (amplitude[at] ?? 0) + share * Math.sqrt(i * i + q * q);
    }
  }
}

/** One depth of the scatterers through the pulse, for all lines. */
function convolveAxially(
  scatterers: Float32Array,
  row: number,
  lines: number,
  pulse: Float64Array,
  inPhase: Float64Array,
  quadrature: Float64Array,
): void {
  inPhase.fill(0);
  quadrature.fill(0);
  const fineRows = scatterers.length / lines;
  for (let t = -PULSE_RADIUS; t <= PULSE_RADIUS; t++) {
    const from = row * STRIDE + t;
    if (from < 0 || from >= fineRows) continue;
    const sign = (t & 3) < 2 ? 1 : -1; // i^t = 1, i, -1, -i
    const weight = sign * (pulse[t + PULSE_RADIUS] ?? 0);
    const part = (t & 1) === 0 ? inPhase : quadrature;
    const offset = from * lines;
    for (let line = 0; line < lines; line++) {
      part[line] = (part[line] ?? 0) + weight * (scatterers[offset + line] ?? 0);
    }
  }
}

/** Sum of taps times samples around `line`; beyond the first and last line there is nothing. */
function correlate(samples: Float64Array, line: number, taps: Float64Array): number {
  const radius = (taps.length - 1) / 2;
  const from = Math.max(0, radius - line);
  const to = Math.min(taps.length, samples.length + radius - line);
  let sum = 0;
  for (let k = from; k < to; k++) sum += (taps[k] ?? 0) * (samples[line + k - radius] ?? 0);
  return sum;
}

/** Gaussian pulse envelope with unit power. */
function pulseKernel(): Float64Array {
  return unitPower(gaussian(PULSE_SIGMA, PULSE_RADIUS));
}

/** Gaussian beam profile at a depth with unit power, and the sum of its taps. */
function lateralKernel(transducer: Transducer, depthMm: number): { taps: Float64Array; sum: number } {
  const lines = beamWidthMm(transducer, depthMm) / lineSpacingMm(transducer, depthMm) / FWHM_PER_SIGMA;
  // Amplitude profile; narrower than 0.7 lines would alias.
  const sigma = Math.min(12, Math.max(0.7, lines));
  const taps = unitPower(gaussian(sigma, Math.ceil(2.6 * sigma)));
  let sum = 0;
  for (const tap of taps) sum += tap;
  return { taps, sum };
}

function gaussian(sigma: number, radius: number): Float64Array {
  return Float64Array.from({ length: 2 * radius + 1 }, (_, k) => {
    const t = (k - radius) / sigma;
    return exponential(-0.5 * t * t);
  });
}

function unitPower(taps: Float64Array): Float64Array {
  let power = 0;
  for (const tap of taps) power += tap * tap;
  return taps.map((tap) => tap / Math.sqrt(power));
}

/** Amplitudes of -120 to +40 dB: half a million exponentials a frame would cost more than all else. */
function amplitudeTable(): Float32Array {
  return Float32Array.from({ length: 160 / DB_STEP + 1 }, (_, k) => amplitudeOfDb(DB_LOWEST + k * DB_STEP));
}

function lookUp(table: Float32Array, decibel: number): number {
  const at = Math.round((decibel - DB_LOWEST) / DB_STEP);
  return table[Math.min(table.length - 1, Math.max(0, at))] ?? 0;
}
