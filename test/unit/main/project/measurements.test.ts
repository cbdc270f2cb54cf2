/** Measurements and calibrations by hand: kept, refused, and older ones not lost. */
import { describe, expect, it } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { projectWithFrame, sourceImage, USER } from './support';

const CALIPER = { kind: 'caliper', x0: 0, y0: 1.25, x1: 3, y1: 2 } as const;
const SCALE = { x: 0.5, y: 0.5 };

describe('measurements', () => {
  it('are those saved last, also after reopening, and keep the frame from taking other pixels unasked', async () => {
    const { store, frameId, edit } = await projectWithFrame();
    await store.masks.save({ ...edit([]), measurements: [CALIPER, { ...CALIPER, kind: 'ellipse', asidePx: 2 }] });
    await store.masks.save({ ...edit([]), measurements: [CALIPER] });
    await store.masks.save(edit([]));
    await store.close();
    const again = await ProjectStore.open(store.place);
    expect(await again.measurements.ofFrame(frameId)).toEqual([CALIPER]);
    const { widthPx, heightPx } = await again.frames.get(frameId);
    const other = { sha256: 'f'.repeat(64), widthPx: widthPx!, heightPx: heightPx! };
    expect(await again.frames.setHash(frameId, other)).toBe('changed');
    await again.close();
  });

  it('that are none are refused whole', async () => {
    const { store, frameId, edit } = await projectWithFrame();
    for (const measurements of [[{ ...CALIPER, x0: -1 }], [{ ...CALIPER, x1: NaN }], [{ kind: 'angle' }]]) {
      const wrong = { ...edit([]), measurements } as unknown as ReturnType<typeof edit>;
      await expect(store.masks.save(wrong)).rejects.toMatchObject({ code: 'usage' });
    }
    expect(await store.measurements.ofFrame(frameId)).toEqual([]);
    await store.close();
  });
});

describe('a calibration by hand', () => {
  it('comes before the one of the file, and gives way to it again', async () => {
    const { store, frameId } = await projectWithFrame();
    await store.measurements.calibrate(frameId, SCALE, 'image', USER);
    const known = { kind: 'uniform', origin: 'manual', mmPerPx: SCALE };
    expect((await store.frames.get(frameId)).calibration).toEqual(known);
    expect(await store.audit.latest(1)).toMatchObject([{ user: USER, action: 'calibrate' }]);
    await store.measurements.calibrate(frameId, null, 'image', USER);
    expect((await store.frames.get(frameId)).calibration).toBeNull();
    await store.close();
  });

  it('of a series is given to those of its images that state none', async () => {
    const { store, frameId } = await projectWithFrame();
    const stated = { kind: 'uniform', origin: 'pixel-spacing', mmPerPx: { x: 1, y: 1 } } as const;
    await store.images.add([sourceImage('patient1/b.png'), sourceImage('patient1/c.png', { calibration: stated })]);
    await store.measurements.calibrate(frameId, SCALE, 'series', USER);
    const { frames } = await store.frames.list({ filter: {}, limit: 10, offset: 0 });
    const origins = await Promise.all(frames.map(async ({ id }) => (await store.frames.get(id)).calibration?.origin));
    expect(origins).toEqual(['manual', 'pixel-spacing', 'manual']);
    await expect(store.measurements.calibrate(99, SCALE, 'image', USER)).rejects.toMatchObject({ code: 'usage' });
    await expect(store.measurements.calibrate(frameId, { x: 0, y: 1 }, 'image', USER)).rejects.toMatchObject({
      code: 'usage',
    });
    await store.close();
  });
});
