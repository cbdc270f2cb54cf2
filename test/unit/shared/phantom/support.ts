/** Test scenes whose physics can be worked out by hand, and the statistics the phantom tests share. */
import { amplitudeOfDb } from '../../../../shared/phantom/arithmetic';
import type { Scene, Tissue } from '../../../../shared/phantom/scene';

/** Homogeneous, fully developed tissue at -20 dB under a linear transducer; no noise, no interfaces. */
export function plainScene(change: Partial<Scene> = {}): Scene {
  return {
    transducer: {
      geometry: { kind: 'linear', widthMm: 40 },
      depthMm: 40,
      lines: 240,
      wavelengthMm: 0.2,
      focusMm: 20,
      focalWidthMm: 0.6,
      focalLengthMm: 1e6,
    },
    view: { widthPx: 400, heightPx: 400, spacingMm: 0.1, topMm: 0 },
    tissueAt: plainTissue,
    inside: () => false,
    scattererSeed: 11,
    noiseSeed: 12,
    looks: 1,
    noiseDb: -119,
    rangeDb: 60,
    ...change,
  };
}

export const PLAIN_POWER = amplitudeOfDb(-20) ** 2;

export function plainTissue(_x: number, _z: number, _beamX: number, _beamZ: number, tissue: Tissue): void {
  tissue.echoDb = -20;
  tissue.specular = 0;
  tissue.attenuationDb = 0;
  tissue.density = 1;
  tissue.movedX = 0;
  tissue.movedZ = 0;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Mean divided by standard deviation. */
export function signalToNoise(values: ArrayLike<number>): number {
  const average = mean(values);
  const variance = mean(Array.from(values, (value) => (value - average) ** 2));
  return average / Math.sqrt(variance);
}
