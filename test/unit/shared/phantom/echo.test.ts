/** The simulated physics against what theory says of it: speckle statistics, attenuation, noise, interfaces, motion. */
import { describe, expect, it } from 'vitest';
import { breastScene } from '../../../../shared/phantom/breast';
import { simulateEnvelope, type Envelope } from '../../../../shared/phantom/echo';
import { fetalHeadScene } from '../../../../shared/phantom/fetal-head';
import { ventricleScene } from '../../../../shared/phantom/ventricle';
import { mean, PLAIN_POWER, plainScene, plainTissue, signalToNoise } from './support';

/** Amplitudes between two depths, without the outer lines, where the beam's edge is missing. */
function band(envelope: Envelope, fromMm: number, toMm: number): Float32Array {
  const { lines, rowSpacingMm, amplitude } = envelope;
  const from = Math.round(fromMm / rowSpacingMm);
  const to = Math.round(toMm / rowSpacingMm);
  const rows = Array.from({ length: to - from }, (_, k) =>
    amplitude.subarray((from + k) * lines + 10, (from + k + 1) * lines - 10),
  );
  return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}

const power = (values: Float32Array) => mean(values.map((value) => value * value));
const decibel = (ratio: number) => 10 * Math.log10(ratio);

describe('fully developed speckle', () => {
  const speckle = band(simulateEnvelope(plainScene()), 3, 37);

  it('is Rayleigh distributed: mean over deviation is 1.91', () => {
    expect(signalToNoise(speckle)).toBeGreaterThan(1.91 * 0.95);
    expect(signalToNoise(speckle)).toBeLessThan(1.91 * 1.05);
  });

  it('exceeds its mean power k-fold with probability e^-k', () => {
    const average = power(speckle);
    for (const k of [0.1, 0.5, 1, 2, 3]) {
      const share = speckle.filter((value) => value * value > k * average).length / speckle.length;
      expect(share).toBeCloseTo(Math.exp(-k), 1.6);
    }
  });

  it('has the power the tissue was given', () => {
    expect(Math.abs(decibel(power(speckle) / PLAIN_POWER))).toBeLessThan(0.5);
  });

  it('is softer by the root of the number of looks', () => {
    const four = band(simulateEnvelope(plainScene({ looks: 4 })), 3, 37);
    expect(signalToNoise(four)).toBeCloseTo(2 * 1.91, 0);
  });

  it('holds in a sector, too', () => {
    const { transducer } = plainScene();
    const sector = { kind: 'sector', faceRadiusMm: 40, halfAngle: 0.6 } as const;
    const values = band(simulateEnvelope(plainScene({ transducer: { ...transducer, geometry: sector } })), 3, 37);
    expect(signalToNoise(values)).toBeGreaterThan(1.91 * 0.9);
    expect(signalToNoise(values)).toBeLessThan(1.91 * 1.1);
    expect(Math.abs(decibel(power(values) / PLAIN_POWER))).toBeLessThan(0.5);
  });

  it('is far from Rayleigh where scatterers are few', () => {
    const sparse = plainScene({
      tissueAt: (x, z, beamX, beamZ, tissue) => {
        plainTissue(x, z, beamX, beamZ, tissue);
        tissue.density = 0.006;
      },
    });
    expect(signalToNoise(band(simulateEnvelope(sparse), 3, 37))).toBeLessThan(1.5);
  });
});

describe('beam field', () => {
  it.each([1, -0.5])(
    'an attenuation of %d dB/mm over 10 mm changes what lies below by ten times as much',
    (attenuation) => {
      const slab = plainScene({
        tissueAt: (x, z, beamX, beamZ, tissue) => {
          plainTissue(x, z, beamX, beamZ, tissue);
          if (z >= 10 && z < 20) tissue.attenuationDb = attenuation;
        },
      });
      const envelope = simulateEnvelope(slab);
      const change = decibel(power(band(envelope, 22, 38)) / power(band(envelope, 2, 9)));
      expect(change).toBeGreaterThan(-10 * attenuation - 0.7);
      expect(change).toBeLessThan(-10 * attenuation + 0.7);
    },
  );

  it('a flat interface shows with the amplitude it was given, steadily', () => {
    const plate = plainScene({
      tissueAt: (x, z, beamX, beamZ, tissue) => {
        plainTissue(x, z, beamX, beamZ, tissue);
        tissue.echoDb = -100;
        tissue.specular = z > 19 && z < 21 ? 0.5 : 0;
      },
    });
    const values = band(simulateEnvelope(plate), 19.5, 20.5);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(signalToNoise(values)).toBeGreaterThan(100);
  });

  it('noise grows with the square of depth and reaches its level at the bottom', () => {
    const silent = plainScene({
      noiseDb: -50,
      tissueAt: (x, z, beamX, beamZ, tissue) => {
        plainTissue(x, z, beamX, beamZ, tissue);
        tissue.echoDb = -120;
      },
    });
    const envelope = simulateEnvelope(silent);
    expect(decibel(power(band(envelope, 39, 40)))).toBeCloseTo(-50, 0);
    expect(decibel(power(band(envelope, 19.5, 20.5)))).toBeCloseTo(-62, 0);
  });

  it('speckle moves with its tissue', () => {
    const rows = 3;
    const still = simulateEnvelope(plainScene());
    const moved = simulateEnvelope(
      plainScene({
        tissueAt: (x, z, beamX, beamZ, tissue) => {
          plainTissue(x, z, beamX, beamZ, tissue);
          tissue.movedZ = rows * still.rowSpacingMm;
        },
      }),
    );
    const from = 20 * still.lines;
    const length = 300 * still.lines;
    const before = still.amplitude.subarray(from, from + length);
    const after = moved.amplitude.subarray(from + rows * still.lines, from + rows * still.lines + length);
    let largest = 0;
    before.forEach((value, k) => (largest = Math.max(largest, Math.abs(value - after[k]!))));
    expect(largest).toBeLessThan(1e-3 * mean(before));
  });
});

describe('anatomies', () => {
  it.each([
    ['breast', breastScene(3, 560, 470)],
    ['fetal head', fetalHeadScene(3, 800, 540)],
    ['ventricle', ventricleScene(3, 640, 480, { frame: 5, phase: 0.3 })],
  ])('the %s has a finite, non-negative echo everywhere', (_name, scene) => {
    const { amplitude } = simulateEnvelope(scene);
    expect(amplitude.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    expect(mean(amplitude)).toBeGreaterThan(1e-3);
  });
});
