/**
 * A beating left ventricle in the apical view of a phased-array transducer: apex at the top, mitral valve below, right
 * heart to the left. The cavity is an ellipse cut off at the mitral plane; walls thicken and speckle moves with them.
 */
import { cosine, mix, PI, sine, smoothStep } from './arithmetic';
import { ellipseOutline, emptyProbe, type Outline, type OutlineProbe } from './outline';
import { deriveSeed, fractalNoise, RandomSequence, ridge, smoothNoise } from './random';
import type { Scene, Tissue } from './scene';

/** Depth and width of the region shown, millimetres. */
const DEPTH_MM = 150;
const HALF_ANGLE = 0.66;

/** What the seed decides; all lengths in millimetres, at the end of filling. */
interface Heart {
  readonly apexX: number;
  readonly apexZ: number;
  readonly tilt: number;
  readonly length: number;
  readonly halfWidth: number;
  readonly wall: number;
  /** Shares by which the cavity narrows and shortens at the end of ejection. */
  readonly narrowing: number;
  readonly shortening: number;
  readonly muscleDb: number;
  readonly bloodDb: number;
  readonly seed: number;
}

/** The cavity at one moment, in the axis frame: `t` from the apex towards the valve, `w` across. */
interface Cavity {
  /** 0 full, 1 emptied. */
  readonly contraction: number;
  /** 0 while the valve is shut, 1 while it is wide open. */
  readonly opening: number;
  readonly length: number;
  readonly halfWidth: number;
  readonly outline: Outline;
  /** Where the point in hand lies relative to the outline; overwritten for every point. */
  readonly probe: OutlineProbe;
}

/** Share of the ellipse's long axis, from the apex, at which the valve cuts it. */
const VALVE_SHARE = 0.8;

/** A frame of the cine loop: its number, and the share of the heart cycle it shows, 0 (end of filling) to 1. */
export interface Moment {
  readonly frame: number;
  readonly phase: number;
}

export function ventricleScene(seed: number, widthPx: number, heightPx: number, moment: Moment): Scene {
  const random = new RandomSequence(seed);
  const heart = drawHeart(random);
  const cavity = cavityAt(heart, moment.phase);
  const spacingMm = Math.max(DEPTH_MM / heightPx, (2.04 * DEPTH_MM * sine(HALF_ANGLE)) / widthPx);
  const scattererSeed = random.seedOf();
  const noiseSeed = deriveSeed(random.seedOf(), moment.frame);
  const axisX = sine(heart.tilt);
  const axisZ = cosine(heart.tilt);
  const { probe } = cavity;
  return {
    transducer: {
      geometry: { kind: 'sector', faceRadiusMm: 3, halfAngle: HALF_ANGLE },
      depthMm: DEPTH_MM - 4,
      lines: 184,
      wavelengthMm: 0.6,
      focusMm: 75,
      focalWidthMm: 2.4,
      focalLengthMm: 60,
    },
    view: { widthPx, heightPx, spacingMm, topMm: -2 },
    tissueAt: (x, z, beamX, beamZ, tissue) => {
      const t = (x - heart.apexX) * axisX + (z - heart.apexZ) * axisZ;
      const w = (x - heart.apexX) * axisZ - (z - heart.apexZ) * axisX;
      heartTissue(heart, cavity, t, w, beamX * axisZ - beamZ * axisX, beamX * axisX + beamZ * axisZ, tissue);
      const { movedX: movedW, movedZ: movedT } = tissue;
      tissue.movedX = movedT * axisX + movedW * axisZ;
      tissue.movedZ = movedT * axisZ - movedW * axisX;
      nearFieldHaze(heart.seed, x, z, tissue);
    },
    inside: (x, z) => {
      const t = (x - heart.apexX) * axisX + (z - heart.apexZ) * axisZ;
      cavity.outline((x - heart.apexX) * axisZ - (z - heart.apexZ) * axisX, t, probe);
      return probe.distanceMm < 0 && t < cavity.length;
    },
    scattererSeed,
    noiseSeed,
    looks: 2,
    noiseDb: -50,
    rangeDb: 58,
  };
}

function drawHeart(random: RandomSequence): Heart {
  return {
    apexX: random.between(-2, 8),
    apexZ: random.between(20, 28),
    tilt: random.between(-0.16, 0.08),
    length: random.between(72, 84),
    halfWidth: random.between(22, 27),
    wall: random.between(8.5, 11),
    narrowing: random.between(0.26, 0.38),
    shortening: random.between(0.12, 0.19),
    muscleDb: random.between(-27, -23),
    bloodDb: random.between(-54, -50),
    seed: random.seedOf(),
  };
}

function cavityAt(heart: Heart, phase: number): Cavity {
  // Ejection takes the first 0.38 of the cycle, filling the rest.
  const turn = phase < 0.38 ? phase / 0.76 : 0.5 + (phase - 0.38) / 1.24;
  const contraction = 0.5 - 0.5 * cosine(2 * PI * turn);
  const length = heart.length * (1 - heart.shortening * contraction);
  const halfWidth = heart.halfWidth * (1 - heart.narrowing * contraction);
  const semiLong = length / VALVE_SHARE / 2;
  // Axis frame: x is w, z is t.
  const outline = ellipseOutline({ centerMm: [0, semiLong], semiAxesMm: [halfWidth, semiLong], tilt: 0 });
  const opening = smoothStep(0.42, 0.5, phase) * smoothStep(0.98, 0.85, phase);
  return { contraction, opening, length, halfWidth, outline, probe: emptyProbe() };
}

/** `beamW`, `beamT`: the beam's direction in the axis frame. Leaves the displacement in that frame, too. */
function heartTissue(
  heart: Heart,
  cavity: Cavity,
  t: number,
  w: number,
  beamW: number,
  beamT: number,
  tissue: Tissue,
): void {
  const { seed, wall } = heart;
  const { probe } = cavity;
  cavity.outline(w, t, probe);
  const facing = Math.abs(probe.normalX * beamW + probe.normalZ * beamT);
  const thick = wall * (1 + 0.35 * cavity.contraction);
  const aboveValve = smoothStep(cavity.length + 2, cavity.length - 2, t);
  // Tissue follows the cavity's border, less and less with distance, and the valve's plane along the axis.
  const reach = Math.max(0, probe.distanceMm) / 14;
  const follow = 1 / (1 + reach * reach);
  tissue.movedX = follow * w * (1 - heart.halfWidth / cavity.halfWidth) * (probe.distanceMm < 0 ? 0.6 : 1);
  tissue.movedZ = follow * Math.min(1, Math.max(0, t) / cavity.length) * (cavity.length - heart.length);
  tissue.movedX = Math.max(-12, Math.min(12, tissue.movedX));
  const restW = w - tissue.movedX;
  const restT = t - tissue.movedZ;
  surroundings(heart, cavity, w, t, restW, restT, thick, tissue);
  // Muscle: brighter where its fibres cross the beam, weak along the lateral wall where they run with it.
  const fibres = fractalNoise(seed + 1, restW / 6, restT / 6);
  const patches = smoothNoise(seed + 4, restW / 16, restT / 16);
  const dropOut = mix(w > 0 ? -9 : -5, 0, smoothStep(0.05, 0.6, facing));
  const rough = 1.1 * smoothNoise(seed + 6, restW / 4, restT / 4);
  const fromCavity = probe.distanceMm + rough;
  const inWall = smoothStep(thick + 1.6, thick - 1.6, fromCavity) * smoothStep(-3, -1.4, fromCavity) * aboveValve;
  tissue.echoDb = mix(tissue.echoDb, heart.muscleDb + 4 * fibres + 4 * patches + dropOut, inWall);
  // Pericardium outside the free wall, endocardium inside.
  const shine = (0.35 + facing) * smoothStep(-0.5, 0.5, smoothNoise(seed + 7, restW / 9, restT / 7));
  const outer = ridge((probe.distanceMm - thick) / 2, 1) * aboveValve * smoothStep(-2, 8, w);
  const inner = ridge((probe.distanceMm - 1.2) / 1.5, 1) * aboveValve;
  tissue.echoDb += 14 * shine * outer + 8 * shine * inner;
  // Blood, with haze along the walls.
  const inCavity = smoothStep(1.4, -1.4, fromCavity) * smoothStep(cavity.length + 1, cavity.length - 1, t);
  const haze = 6 * smoothStep(-7, 0, probe.distanceMm) + 4 * fractalNoise(seed + 2, w / 9, t / 12);
  tissue.echoDb = mix(tissue.echoDb, heart.bloodDb + haze, inCavity);
  mitralValve(seed, cavity, w, t, tissue);
}

/** Right heart on the left, atrium below the valve, lung around. */
function surroundings(
  heart: Heart,
  cavity: Cavity,
  w: number,
  t: number,
  restW: number,
  restT: number,
  thick: number,
  tissue: Tissue,
): void {
  const { seed } = heart;
  const { probe } = cavity;
  const texture = fractalNoise(seed + 3, restW / 13, restT / 8);
  const around = smoothStep(48, 12, probe.distanceMm);
  tissue.echoDb = mix(-46, -31, around) + 7 * texture + 7 * ridge(texture, 0.12) * around;
  tissue.density = 1;
  tissue.specular = 0;
  tissue.attenuationDb = 0.03;
  // Right ventricle and atrium beside the septum.
  const rightW = (w + cavity.halfWidth + thick + 15) / 14;
  const rightT = (t - 0.62 * cavity.length) / (0.4 * cavity.length);
  const right = Math.sqrt(rightW * rightW + rightT * rightT) + 0.12 * texture;
  const rightAtriumW = (w + cavity.halfWidth + 14) / 17;
  const rightAtriumT = (t - cavity.length - 20) / 17;
  const rightAtrium = Math.sqrt(rightAtriumW * rightAtriumW + rightAtriumT * rightAtriumT) + 0.12 * texture;
  // Left atrium: the valve's plane is its roof.
  const leftW = (w - 3) / 21;
  const leftT = (t - cavity.length - 15) / 22;
  const left = Math.sqrt(leftW * leftW + leftT * leftT) + 0.1 * texture;
  const below = smoothStep(cavity.length - 3, cavity.length - 1, t); // overlaps the cavity: no seam when the valve is open
  const blood = Math.max(
    smoothStep(1.1, 0.92, right),
    smoothStep(1.08, 0.94, rightAtrium) * below,
    smoothStep(1.06, 0.96, left) * below,
  );
  tissue.echoDb += 6 * below * ridge((left - 1.12) / 0.12, 1);
  tissue.echoDb = mix(tissue.echoDb, heart.bloodDb + 3 * texture, blood);
}

/** Two leaflets hinged at the ends of the mitral plane: closed while the ventricle ejects, open while it fills. */
function mitralValve(seed: number, cavity: Cavity, w: number, t: number, tissue: Tissue): void {
  const ring = 0.8 * cavity.halfWidth; // half the plane's width: the ellipse at VALVE_SHARE is 2 sqrt(0.8 * 0.2) wide
  const fromHinge = (ring - Math.abs(w)) / ring;
  if (fromHinge < -0.2 || fromHinge > 1) return;
  // Closed leaflets bulge towards the atrium; open ones hang into the ventricle, on both sides of the inflow.
  const closedT = cavity.length + 4 * fromHinge * (1.4 - fromHinge);
  const openT = cavity.length - 26 * fromHinge;
  const leafT = mix(closedT, openT, cavity.opening);
  const steep = mix(1.5, 5, cavity.opening);
  const end = smoothStep(0.62, 0.5, fromHinge * cavity.opening);
  const leaflet = ridge((t - leafT) / steep, 1) * end * (0.75 + 0.4 * smoothNoise(seed + 8, w / 3, t / 3));
  const hinge = smoothStep(0.3, 0, Math.abs(fromHinge)) * ridge((t - cavity.length) / 3, 1);
  tissue.echoDb = mix(tissue.echoDb, -15, Math.min(1, Math.max(0, 0.8 * leaflet + 0.8 * hinge)));
}

/** Ringing of the transducer and chest wall above the heart. */
function nearFieldHaze(seed: number, x: number, z: number, tissue: Tissue): void {
  const veil = smoothStep(26, 4, z);
  const layer = fractalNoise(seed + 5, x / 16, z / 2.5);
  tissue.echoDb = mix(tissue.echoDb, -25 + 7 * layer, veil * (tissue.echoDb < -48 ? 0.55 : 0.9));
}
