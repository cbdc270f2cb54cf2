/**
 * From an envelope to the frame a scanner shows: log compression, scan conversion, 8 bit; and the exact mask at the same
 * pixels. Not the physics (echo.ts), not the anatomy.
 */
import { dbOfAmplitude } from './arithmetic';
import { simulateEnvelope, type Envelope } from './echo';
import type { GrayImage } from '../image';
import type { Mask } from '../mask';
import { scanCoordinates } from './probe';
import type { Scene } from './scene';

/** A simulated frame with the exact mask of its labelled structure. */
export interface PhantomFrame {
  /** 8-bit grey, row-major; 0 where no beam passes. */
  readonly image: GrayImage;
  /** 1 where the pixel's centre lies inside the structure's outline, also where no beam passes. */
  readonly mask: Mask;
  /** Millimetres a pixel, x and y. */
  readonly spacingMm: readonly [number, number];
}

export function renderScene(scene: Scene): PhantomFrame {
  const { widthPx, heightPx, spacingMm } = scene.view;
  return {
    image: { widthPx, heightPx, data: drawImage(scene, simulateEnvelope(scene)) },
    mask: { widthPx, heightPx, data: drawMask(scene) },
    spacingMm: [spacingMm, spacingMm],
  };
}

function drawImage(scene: Scene, envelope: Envelope): Uint8Array {
  const { lines, rows } = envelope;
  const grey = greyLevels(envelope, scene.rangeDb);
  const { line, depthMm } = scanCoordinates(scene.transducer, scene.view);
  const data = new Uint8Array(line.length);
  for (let p = 0; p < data.length; p++) {
    const across = line[p] ?? NaN;
    if (Number.isNaN(across)) continue;
    const down = (depthMm[p] ?? 0) / envelope.rowSpacingMm;
    const i = Math.min(lines - 2, Math.floor(across));
    const j = Math.min(rows - 2, Math.floor(down));
    const u = across - i;
    const at = j * lines + i;
    const a = grey[at] ?? 0;
    const c = grey[at + lines] ?? 0;
    const upper = a + ((grey[at + 1] ?? 0) - a) * u;
    const lower = c + ((grey[at + lines + 1] ?? 0) - c) * u;
    data[p] = Math.floor(upper + (lower - upper) * (down - j) + 0.5);
  }
  return data;
}

/** Log compression: white at 0 dB, black at -rangeDb, linear in decibel between. */
function greyLevels(envelope: Envelope, rangeDb: number): Float32Array {
  return envelope.amplitude.map((amplitude) => {
    const decibel = dbOfAmplitude(Math.max(amplitude, 1e-12));
    return Math.min(255, Math.max(0, (255 * (decibel + rangeDb)) / rangeDb));
  });
}

function drawMask(scene: Scene): Uint8Array {
  const { widthPx, heightPx, spacingMm, topMm } = scene.view;
  const data = new Uint8Array(widthPx * heightPx);
  for (let py = 0; py < heightPx; py++) {
    const z = topMm + (py + 0.5) * spacingMm;
    for (let px = 0; px < widthPx; px++) {
      const x = (px + 0.5 - widthPx / 2) * spacingMm;
      if (scene.inside(x, z)) data[py * widthPx + px] = 1;
    }
  }
  return data;
}
