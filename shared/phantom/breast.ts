/**
 * A breast under a linear transducer: skin, fat with septa, gland, muscle, chest wall, and one lesion: a cyst, a
 * fibroadenoma-like oval or an irregular, shadowing mass. Levels and sizes stay within those of BUSI pictures.
 */
import { mix, smoothStep } from './arithmetic';
import { blobOutline, emptyProbe, type Lobe, type Outline } from './outline';
import { fractalNoise, RandomSequence, ridge, smoothNoise } from './random';
import type { Scene, Tissue, TissueAt } from './scene';

type LesionKind = 'cyst' | 'oval' | 'irregular';

interface Lesion {
  readonly kind: LesionKind;
  readonly outline: Outline;
  readonly echoDb: number;
  /** Half the width of the border, millimetres: the echo is half way on the outline itself. */
  readonly softnessMm: number;
  readonly attenuationDb: number;
  /** How far the layers bend around it, millimetres. */
  readonly bendMm: number;
}

/** Depth of the layers' lower borders at x = 0 (they undulate), millimetres, and their levels, decibel. */
interface Layers {
  readonly skinMm: number;
  readonly fatMm: number;
  readonly glandMm: number;
  readonly muscleMm: number;
  readonly fatDb: number;
  readonly glandDb: number;
  readonly seed: number;
}

export function breastScene(seed: number, widthPx: number, heightPx: number): Scene {
  const random = new RandomSequence(seed);
  const depthMm = random.between(30, 38);
  const spacingMm = depthMm / heightPx;
  const widthMm = widthPx * spacingMm;
  const layers = drawLayers(random, depthMm);
  const lesion = drawLesion(random, widthMm, depthMm);
  const probe = emptyProbe();
  return {
    transducer: {
      geometry: { kind: 'linear', widthMm },
      depthMm,
      lines: Math.max(64, Math.round(widthMm / 0.18)),
      wavelengthMm: random.between(0.17, 0.21),
      focusMm: random.between(0.4, 0.6) * depthMm,
      focalWidthMm: random.between(0.46, 0.56),
      focalLengthMm: 16,
    },
    view: { widthPx, heightPx, spacingMm, topMm: 0 },
    tissueAt: breastTissue(random, layers, lesion, widthMm),
    inside: (x, z) => {
      lesion.outline(x, z, probe);
      return probe.distanceMm < 0;
    },
    scattererSeed: random.seedOf(),
    noiseSeed: random.seedOf(),
    looks: 3,
    noiseDb: random.between(-54, -50),
    rangeDb: 60,
  };
}

function drawLayers(random: RandomSequence, depthMm: number): Layers {
  const fatMm = depthMm * random.between(0.16, 0.3);
  const glandMm = depthMm * random.between(0.56, 0.7);
  return {
    skinMm: random.between(1.3, 2),
    fatMm,
    glandMm,
    muscleMm: glandMm + depthMm * random.between(0.16, 0.24),
    fatDb: random.between(-40, -36),
    glandDb: random.between(-28, -24),
    seed: random.seedOf(),
  };
}

function drawLesion(random: RandomSequence, widthMm: number, depthMm: number): Lesion {
  const draw = random.between(0, 1);
  const kind: LesionKind = draw < 0.25 ? 'cyst' : draw < 0.62 ? 'oval' : 'irregular';
  const irregular = kind === 'irregular';
  const wide = random.between(0.1, 0.19) * widthMm;
  const high = wide / (irregular ? random.between(1, 1.45) : random.between(1.4, 2));
  const ellipse = {
    centerMm: [random.between(-0.2, 0.2) * widthMm, Math.max(0.4 * depthMm * random.between(0.85, 1.15), high + 4)],
    semiAxesMm: [wide, high],
    tilt: random.between(-0.22, 0.22),
  } as const;
  const strength = irregular ? 0.17 : kind === 'oval' ? 0.07 : 0.04;
  const orders = irregular ? [2, 3, 4, 5, 7, 9] : [2, 3, 4];
  const lobes: Lobe[] = orders.map((order) => {
    const size = (strength * random.between(0.5, 1.1) * 2) / order;
    return { order, cosine: size * random.between(-1, 1), sine: size * random.between(-1, 1) };
  });
  return {
    kind,
    outline: blobOutline(ellipse, lobes),
    echoDb: { cyst: random.between(-55, -51), oval: random.between(-45, -41), irregular: random.between(-46, -42) }[
      kind
    ],
    softnessMm: irregular ? 1 : 0.3,
    attenuationDb: { cyst: -0.55, oval: random.between(-0.25, 0.1), irregular: random.between(0.35, 0.8) }[kind],
    bendMm: irregular ? 0.8 : 0.55 * high,
  };
}

function breastTissue(random: RandomSequence, layers: Layers, lesion: Lesion, widthMm: number): TissueAt {
  const seed = layers.seed;
  const shadowSeed = random.seedOf();
  const lean = random.between(-0.12, 0.12);
  const probe = emptyProbe();
  return (x, z, beamX, beamZ, tissue) => {
    lesion.outline(x, z, probe);
    const distance = probe.distanceMm;
    // Layers give way to the lesion: a point outside it shows what would lie nearer to its centre.
    const far = Math.max(0, distance) / 6;
    const bend = (lesion.bendMm * smoothStep(0.5, 4, z)) / (1 + far * far);
    const restZ = z - bend * probe.normalZ + lean * x * smoothStep(2, 10, z);
    tissue.movedX = 0;
    tissue.movedZ = 0;
    tissue.density = 1;
    tissue.specular = 0;
    tissue.attenuationDb = 0.1;
    layeredTissue(layers, seed, x, z, restZ, tissue);
    const shade = smoothNoise(shadowSeed, x / 3.5 + 40, 0.5) + 0.6 * smoothNoise(shadowSeed, x / 1.3, 5.5);
    if (z < layers.fatMm) tissue.attenuationDb += 1.3 * Math.max(0, shade - 0.1);
    // Poor contact at the transducer's ends.
    if (z < 2) tissue.attenuationDb += 2.5 * smoothStep(0.4 * widthMm, 0.54 * widthMm, Math.abs(x));
    if (distance < 6) addLesion(lesion, seed, x, z, distance, probe.normalX * beamX + probe.normalZ * beamZ, tissue);
  };
}

function layeredTissue(layers: Layers, seed: number, x: number, z: number, restZ: number, tissue: Tissue): void {
  const wave = 1.6 * smoothNoise(seed + 1, x / 10, restZ / 14) + 0.6 * smoothNoise(seed + 2, x / 3.5, restZ / 4);
  const depth = restZ + wave * smoothStep(2, 8, z);
  const fat = smoothStep(layers.fatMm - 0.5, layers.fatMm + 0.5, depth);
  const gland = smoothStep(layers.glandMm - 0.5, layers.glandMm + 0.5, depth);
  const muscle = smoothStep(layers.muscleMm - 0.5, layers.muscleMm + 0.5, depth);
  // Fibres and septa are long, thin, broken and mostly parallel to the layers.
  const broken = smoothStep(-0.35, 0.6, smoothNoise(seed + 7, x / 2.6, depth / 1.1));
  const fibres = fractalNoise(seed + 3, x / 5, depth / 0.85);
  const septa = smoothNoise(seed + 4, x / 11 - depth / 18, depth / 1.7 + x / 15);
  const lobules = fractalNoise(seed + 5, x / 6.5, depth / 2.4);
  const fatDb = layers.fatDb + 3 * lobules;
  const glandDb = layers.glandDb + 6 * fibres - 11 * smoothStep(0.02, 0.5, lobules) + 3 * smoothStep(0, -0.5, lobules);
  const muscleDb = layers.fatDb + 6 * smoothNoise(seed + 6, x / 11, depth / 0.75);
  const deepDb = layers.fatDb - 7 + 6 * lobules;
  tissue.echoDb = mix(mix(mix(fatDb, glandDb, fat), muscleDb, gland), deepDb, muscle);
  tissue.attenuationDb += 0.1 * fat + 0.22 * gland + 0.45 * muscle;
  const lines =
    0.95 * ridge(septa, 0.16) * (1 - 0.6 * muscle) + 0.8 * ridge(fibres - 0.25, 0.16) * fat * (1 - 0.7 * gland);
  const fasciae =
    ridge((depth - layers.fatMm) / 0.4, 1) +
    ridge((depth - layers.glandMm) / 0.45, 1) +
    1.3 * ridge((depth - layers.muscleMm) / 0.7, 1);
  brighten(tissue, -15, broken * (lines + fasciae));
  tissue.specular = 0.12 * broken * broken * fasciae;
  if (z < layers.skinMm + 0.9) addSkin(layers, seed, x, z, tissue);
}

function addSkin(layers: Layers, seed: number, x: number, z: number, tissue: Tissue): void {
  const lower = layers.skinMm + 0.2 * smoothNoise(seed + 8, x / 5, 0.5);
  const skin = smoothStep(lower + 0.2, lower - 0.2, z);
  const gel = smoothStep(0.45, 0.2, z);
  tissue.specular *= 1 - skin;
  tissue.echoDb = mix(mix(tissue.echoDb, -29 + 4 * smoothNoise(seed + 9, x / 4, z / 0.4), skin), -17, gel);
  brighten(tissue, -16, 0.8 * ridge((z - lower) / 0.3, 1) * (0.7 + 0.5 * smoothNoise(seed + 10, x / 2, 0.5)));
}

/** Raises the diffuse echo towards a level; a share of 1 or more reaches it. */
function brighten(tissue: Tissue, levelDb: number, share: number): void {
  if (share > 0) tissue.echoDb = Math.max(tissue.echoDb, mix(tissue.echoDb, levelDb, Math.min(1, share)));
}

/** `facing`: cosine between the outline's normal and the beam. */
function addLesion(
  lesion: Lesion,
  seed: number,
  x: number,
  z: number,
  distance: number,
  facing: number,
  tissue: Tissue,
): void {
  const irregular = lesion.kind === 'irregular';
  const ragged = irregular
    ? 0.7 * smoothNoise(seed + 11, x / 1.6, z / 1.6) + 0.3 * smoothNoise(seed + 12, x / 0.6, z / 0.6)
    : 0.12 * smoothNoise(seed + 11, x / 1.2, z / 1.2);
  const soft = lesion.softnessMm;
  const share = smoothStep(soft, -soft, distance + ragged);
  // Desmoplastic rim of malignant masses.
  if (irregular) tissue.echoDb += 5 * smoothStep(3, 0.6, distance) * (0.6 + smoothNoise(seed + 13, x / 2, z / 2));
  const texture = fractalNoise(seed + 14, x / 2.4, z / 1.6);
  const inner = lesion.echoDb + { cyst: 1.5, oval: 3.5, irregular: 6 }[lesion.kind] * texture;
  tissue.echoDb = mix(tissue.echoDb, inner, share);
  tissue.specular *= 1 - share;
  tissue.attenuationDb = mix(tissue.attenuationDb, lesion.attenuationDb, share);
  if (irregular) {
    // A cluster of calcifications.
    const cluster = smoothStep(0.45, 0.7, smoothNoise(seed + 15, x / 3.5, z / 3.5));
    if (share > 0.8) brighten(tissue, -25, cluster * smoothStep(0.55, 0.8, fractalNoise(seed + 16, x / 0.9, z / 0.6)));
    return;
  }
  const along = facing * facing;
  const wall = ridge((distance - 0.15) / 0.45, 1) * along * (0.7 + 0.4 * smoothNoise(seed + 17, x / 2, z / 2));
  brighten(tissue, lesion.kind === 'cyst' ? -14 : -20, wall);
  tissue.specular += (lesion.kind === 'cyst' ? 0.16 : 0.05) * wall * along;
  // Beams that graze the smooth wall are refracted away: thin shadows below its edges.
  if (along < 0.12 && Math.abs(distance) < 0.6) tissue.attenuationDb += 2.4;
}
