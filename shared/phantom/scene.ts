/**
 * What an anatomy (breast, fetal head, ventricle) tells the simulator. Types only: the physics is in echo.ts and
 * picture.ts.
 */
import type { Transducer, View } from './probe';

/** Acoustic properties of one point. An anatomy fills this object anew for every point. */
export interface Tissue {
  /** Level of the diffuse echo (speckle), decibel relative to white. */
  echoDb: number;
  /** Amplitude of a smooth (specular) interface at this point, 1 = white; already weighted by its angle to the beam. */
  specular: number;
  /** Attenuation beyond what the time-gain compensation makes up for, decibel per millimetre; negative enhances. */
  attenuationDb: number;
  /** Share of resolution sub-cells that hold a scatterer, (0, 1]; below about 0.05 the texture becomes grainy. */
  density: number;
  /** How far the tissue here has moved from its place at rest, millimetres: its speckle moves along. */
  movedX: number;
  movedZ: number;
}

export type TissueAt = (xMm: number, zMm: number, beamX: number, beamZ: number, out: Tissue) => void;

export interface Scene {
  readonly transducer: Transducer;
  readonly view: View;
  readonly tissueAt: TissueAt;
  /** True inside the labelled structure: the exact mask. */
  readonly inside: (xMm: number, zMm: number) => boolean;
  /** Seed of the scatterers' places: the same for all frames of a loop. */
  readonly scattererSeed: number;
  /** Seed of what differs from frame to frame (electronic noise). */
  readonly noiseSeed: number;
  /** Independent looks averaged to soften the speckle (spatial compounding): 1 leaves it as it is. */
  readonly looks: number;
  /** Level of the electronic noise at full depth, decibel relative to white. */
  readonly noiseDb: number;
  /** Decibel between black and white. */
  readonly rangeDb: number;
}
