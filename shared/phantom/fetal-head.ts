/**
 * A fetal head in the plane its circumference is measured in, under a curved transducer: womb wall, fluid, skull, midline,
 * ventricles and choroid plexus. The mask is the filled ellipse of the skull's outer border, as in HC18.
 */
import { amplitudeOfDb, mix, smoothStep } from './arithmetic';
import { ellipseOutline, emptyProbe, type OutlineProbe } from './outline';
import { fractalNoise, RandomSequence, ridge, smoothNoise } from './random';
import type { Scene, Tissue } from './scene';

interface Head {
  readonly semiLong: number;
  readonly semiShort: number;
  readonly boneMm: number;
  readonly brainDb: number;
  /** +1 or -1: on which side along the long axis the face lies. */
  readonly front: number;
  readonly seed: number;
}

export function fetalHeadScene(seed: number, widthPx: number, heightPx: number): Scene {
  const random = new RandomSequence(seed);
  const semiLong = random.between(37, 50);
  const semiShort = semiLong / random.between(1.2, 1.34);
  // The head fills a good part of the picture, as sonographers set it.
  const spacingMm = Math.max((2 * semiLong) / random.between(0.5, 0.62) / widthPx, (2 * semiShort + 24) / heightPx);
  const heightMm = heightPx * spacingMm;
  const widthMm = widthPx * spacingMm;
  const head: Head = {
    semiLong,
    semiShort,
    boneMm: random.between(1.9, 2.8),
    brainDb: random.between(-54, -50),
    front: random.chance(0.5) ? 1 : -1,
    seed: random.seedOf(),
  };
  const topMm = random.between(-4, 1);
  const outline = ellipseOutline({
    centerMm: [random.between(-0.06, 0.06) * widthMm, topMm + random.between(0.49, 0.54) * heightMm],
    semiAxesMm: [semiLong, semiShort],
    tilt: random.between(-0.2, 0.2),
  });
  const probe = emptyProbe();
  return {
    transducer: {
      geometry: { kind: 'sector', faceRadiusMm: random.between(44, 58), halfAngle: random.between(0.56, 0.66) },
      depthMm: topMm + heightMm * random.between(0.98, 1.02),
      lines: 208,
      wavelengthMm: random.between(0.4, 0.46),
      focusMm: topMm + heightMm * random.between(0.45, 0.6),
      focalWidthMm: random.between(1.5, 1.9),
      focalLengthMm: 50,
    },
    view: { widthPx, heightPx, spacingMm, topMm },
    tissueAt: (x, z, beamX, beamZ, tissue) => {
      outline(x, z, probe);
      const facing = Math.abs(probe.normalX * beamX + probe.normalZ * beamZ);
      tissue.movedX = 0;
      tissue.movedZ = 0;
      tissue.density = 1;
      tissue.specular = 0;
      tissue.attenuationDb = 0.06;
      wombTissue(head.seed, x, z, probe.distanceMm, tissue);
      if (probe.distanceMm < 4) headTissue(head, x, z, probe, facing, tissue);
    },
    inside: (x, z) => {
      outline(x, z, probe);
      return probe.distanceMm < 0;
    },
    scattererSeed: random.seedOf(),
    noiseSeed: random.seedOf(),
    looks: 2,
    noiseDb: random.between(-57, -53),
    rangeDb: 60,
  };
}

/** Everything outside the head: belly wall, womb or placenta, fluid next to the head. */
function wombTissue(seed: number, x: number, z: number, distance: number, tissue: Tissue): void {
  const low = fractalNoise(seed + 1, x / 24, z / 13);
  const streaks = fractalNoise(seed + 2, x / 12 + z / 30, z / 2.4);
  const wall = -42 + 7 * low + 4 * streaks + 12 * ridge(streaks - 0.2, 0.15) * smoothStep(-0.3, 0.4, low);
  const belly = smoothStep(14, 8, z + 3 * smoothNoise(seed + 3, x / 18, 0.5));
  const pool = smoothNoise(seed + 4, x / 22, z / 15) + 0.25 * smoothNoise(seed + 4, x / 6, z / 5);
  const fluid = smoothStep(0.04, 0.3, pool - 0.03 * Math.max(0, distance - 8));
  tissue.echoDb = mix(mix(wall, -64, fluid), -37 + 6 * streaks + 8 * ridge(streaks + low, 0.12), belly);
  // Membranes bounding the fluid.
  tissue.echoDb += 8 * ridge((fluid - 0.3) / 0.3, 1) * (1 - belly);
  tissue.attenuationDb += mix(0.08, -0.12, fluid);
}

function headTissue(head: Head, x: number, z: number, probe: OutlineProbe, facing: number, tissue: Tissue): void {
  const distance = probe.distanceMm;
  const seed = head.seed;
  // Scalp.
  tissue.echoDb = mix(tissue.echoDb, -44, 0.8 * smoothStep(3.2, 1.8, distance) * smoothStep(-0.4, 0.4, distance));
  if (distance > 1) return;
  const along = (probe.alongMm / head.semiLong) * head.front;
  const across = probe.acrossMm / head.semiShort;
  if (distance < -0.5 * head.boneMm) brainTissue(head, x, z, along, across, probe, tissue);
  // The skull reflects where it faces the beam and drops out where the beam runs along it.
  const uneven = smoothNoise(seed + 6, along * 4, across * 4) + 0.6 * smoothNoise(seed + 5, along * 11, across * 11);
  const mirrorDb = mix(-31, -8, smoothStep(0, 0.95, facing)) + 6.5 * uneven;
  const inner = head.boneMm * (0.6 + 0.5 * facing + 0.3 * uneven);
  const bone = smoothStep(0.6, -0.6, distance) * smoothStep(-inner - 0.9, -inner + 0.9, distance);
  tissue.specular = mix(tissue.specular, 0.75 * amplitudeOfDb(mirrorDb), bone);
  tissue.echoDb = mix(tissue.echoDb, mirrorDb - 6, bone);
  tissue.attenuationDb += bone * (0.4 + 1.4 * smoothStep(0.5, 0.1, facing));
}

/** `along` and `across`: place in the head's own axes, -1 to 1; the face lies towards +along. */
function brainTissue(
  head: Head,
  x: number,
  z: number,
  along: number,
  across: number,
  probe: OutlineProbe,
  tissue: Tissue,
): void {
  const seed = head.seed;
  const acrossMm = probe.acrossMm;
  const far = smoothStep(-0.15, 0.25, across);
  const texture = fractalNoise(seed + 7, x / 7, z / 4.5);
  // Echoes rebounding in the near skull veil the near half.
  const veil = 6 * smoothStep(-0.05, -0.8, across);
  tissue.echoDb = head.brainDb + 3 * texture + veil;
  tissue.attenuationDb = -0.02;
  const fine = fractalNoise(seed + 13, x / 4, z / 1.8);
  const centre = smoothStep(0.8, 0.3, Math.sqrt(along * along * 1.2 + across * across * 2.6));
  tissue.echoDb += centre * (3 + 4 * texture + 9 * smoothStep(0.1, 0.6, fine));
  const faces = Math.abs(probe.normalZ);
  // Midline, interrupted by the cavum's two lines towards the front.
  const wander = 0.5 * smoothNoise(seed + 8, along * 6, 0.5);
  const broken = smoothStep(-0.6, 0, smoothNoise(seed + 9, along * 5, 0.5));
  const ends = smoothStep(0.93, 0.8, Math.abs(along));
  const cavum = smoothStep(0.3, 0.34, along) * smoothStep(0.6, 0.56, along);
  const midline = ridge((acrossMm - wander) / 0.9, 1) * (1 - cavum) * broken;
  const walls = ridge((Math.abs(acrossMm - wander) - 2.6) / 0.7, 1) * cavum;
  tissue.echoDb -= 10 * cavum * smoothStep(2.4, 1.8, Math.abs(acrossMm));
  // Far lateral ventricle: two walls, fluid, choroid plexus at the back.
  const ventricle = smoothStep(-0.72, -0.6, along) * smoothStep(0.16, 0.06, along);
  const level = 0.36 + 0.1 * along;
  const roof = ridge((across - level + 0.13) / 0.028, 1) * ventricle;
  const base = ridge((across - level - 0.13) / 0.028, 1) * ventricle;
  tissue.echoDb -= 9 * ventricle * smoothStep(0.14, 0.1, Math.abs(across - level));
  const cx = (along + 0.38) / 0.2;
  const cz = (across - level) / 0.13;
  const plexus = smoothStep(1.2, 0.75, Math.sqrt(cx * cx + cz * cz) + 0.45 * smoothNoise(seed + 10, x / 3, z / 3));
  tissue.echoDb = mix(tissue.echoDb, -33, plexus);
  // Furrows of the far half, and the insula.
  const furrow = ridge(fractalNoise(seed + 11, x / 9, z / 3.2), 0.22) * far * smoothStep(-2, -7, probe.distanceMm);
  tissue.echoDb += 11 * furrow;
  const fromInsula = along - 0.15;
  const insula =
    ridge((across - 0.62 + 0.5 * fromInsula * fromInsula) / 0.04, 1) * smoothStep(0.3, 0.2, Math.abs(fromInsula));
  const shine = faces * ends * (0.55 + 0.75 * smoothNoise(seed + 12, along * 9, across * 9));
  const lines = shine * (midline + walls + 0.8 * roof + base + 0.6 * insula);
  tissue.echoDb = mix(tissue.echoDb, -18, Math.min(1, Math.max(0, lines)));
  tissue.specular = 0.16 * lines;
}
