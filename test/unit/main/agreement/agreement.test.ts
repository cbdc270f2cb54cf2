/** Two readers of one project compared: what counts, what is named instead, what the tables and the command line say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compare, planAgreement, reportOf } from '../../../../main/agreement';
import { ProjectStore } from '../../../../main/project';
import { MAIN_READING, type AgreementReport, type MaskChange, type ReviewState } from '../../../../shared/domain';
import { cocoRle, type Mask } from '../../../../shared/mask';
import { cli } from '../../../support/cli';
import { maskWhere } from '../../shared/mask/arbitraries';
import { hashOf, newProject, sourceImage, USER } from '../project/support';

const [WIDTH, HEIGHT] = [40, 30];
const square = (x: number, y: number, side: number): Mask =>
  maskWhere(WIDTH, HEIGHT, (u, v) => u >= x && u < x + side && v >= y && v < y + side);

/** Five frames of two patients, two labels, and what each reader made of them. */
async function twoReaders(calibrated = true) {
  const store = await newProject();
  const names = ['P1/a.png', 'P1/b.png', 'P2/c.png', 'P2/d.png', 'P2/e.png'];
  const calibration = { kind: 'uniform', origin: 'manual', mmPerPx: { x: 0.5, y: 0.5 } } as const;
  await store.images.add(names.map((name) => sourceImage(name, calibrated ? { calibration } : {})));
  const { frames } = await store.frames.list({ filter: {}, limit: 9, offset: 0 });
  for (const { id } of frames)
    await store.frames.setHash(id, { sha256: hashOf(`${id}`), widthPx: WIDTH, heightPx: HEIGHT });
  const cyst = await store.labels.create({ name: 'cyst', instances: 'multiple' });
  const other = await store.labels.create({ name: 'other' });
  const bob = await store.readings.create({ name: 'Bob', blind: true }, USER);
  const ids = frames.map(({ id }) => id);
  const add = (mask: Mask, state: 'drawn' | 'proposed' = 'drawn', labelId = cyst.id): MaskChange => {
    const rle = { widthPx: WIDTH, heightPx: HEIGHT, counts: cocoRle(mask).counts };
    return { kind: 'add', labelId, state, rle, origin: { tool: state === 'drawn' ? 'brush' : 'proposal' } };
  };
  const save = (reading: number, n: number, changes: MaskChange[], review: ReviewState = 'accepted') => {
    const edit = { frameId: ids[n]!, frameSha256: hashOf(`${ids[n]}`), user: USER, changes, review };
    return store.in(reading).masks.save(edit);
  };
  const A = MAIN_READING;
  const B = bob.id;
  await save(A, 0, [add(square(5, 5, 10)), add(square(20, 5, 4))]);
  await save(B, 0, [add(square(5, 5, 10)), add(square(20, 5, 4), 'proposed')]);
  await save(A, 1, [add(square(5, 5, 10))]);
  await save(B, 1, []);
  await save(A, 2, [add(square(5, 5, 10))]);
  await save(B, 2, [add(square(7, 5, 10))]);
  await save(A, 3, [add(square(5, 5, 10))]);
  await save(A, 4, [], 'rejected');
  await save(B, 4, []);
  const report = async (): Promise<AgreementReport> => {
    const { signal } = new AbortController();
    const plan = await planAgreement(store, [A, B], signal);
    return reportOf(plan, await compare(plan.pairs, { signal, onProgress: () => undefined }));
  };
  return { store, ids, cyst, other, bob, save, add, report };
}

describe('an agreement report', () => {
  it('compares what both stand for, takes masks of a label together, and names what only one has', async () => {
    const { report, ids, cyst } = await twoReaders();
    const { frames, readByOne, rows, labels, readers } = await report();
    expect(readers.map(({ name }) => name)).toEqual(['main', 'Bob']);
    expect(frames).toBe(4);
    // The fourth frame was never opened by Bob: that is no disagreement.
    expect(readByOne).toEqual([
      { frameId: ids[3], patient: 'P2', relativePath: 'P2/d.png', frameIndex: 0, frameCount: 1, reader: 'first' },
    ]);
    expect(rows.map(({ frameId, outlined }) => [frameId, outlined])).toEqual([
      [ids[0], 'both'],
      [ids[1], 'first'],
      [ids[2], 'both'],
    ]);
    // 116 and 100 pixels, 100 of them common: the proposal that Bob never looked at is not his.
    expect(rows[0]!.dice).toBeCloseTo(200 / 216, 12);
    expect(rows[1]).toMatchObject({ dice: 0, px: null, mm: null });
    expect(rows[2]!.dice).toBeCloseTo(0.8, 12);
    expect(rows[2]!.mm).toMatchObject({ areas: [25, 25], hd95: 1 });
    expect(rows[2]!.px).toMatchObject({ areas: [100, 100], hd95: 2 });
    // The label that nobody has outlined is not there.
    expect(labels).toHaveLength(1);
    expect(labels[0]).toMatchObject({ labelId: cyst.id, unit: 'mm', both: 2, onlyFirst: 1, onlySecond: 0, neither: 1 });
    expect(labels[0]!.dice).toMatchObject({ n: 2, mean: (200 / 216 + 0.8) / 2 });
    expect(labels[0]!.area).toMatchObject({ n: 2, bias: 2 });
    expect(labels[0]!.patients.map(({ patient, both, onlyFirst }) => [patient, both, onlyFirst])).toEqual([
      ['P1', 1, 1],
      ['P2', 1, 0],
    ]);
  });

  it('is in pixels where one pair is not calibrated', async () => {
    const { report } = await twoReaders(false);
    const { labels } = await report();
    expect(labels[0]).toMatchObject({ unit: 'px', area: { bias: 8 } });
  });

  it('takes masks as their reader left them, whatever adjudication made of them later', async () => {
    const { report, store, ids, save, add, cyst } = await twoReaders();
    const before = await report();
    const [mask] = await store.masks.ofFrame(ids[2]!);
    const { rle } = await store
      .in(2)
      .masks.ofFrame(ids[2]!)
      .then(([theirs]) => theirs!.current);
    const content = { state: 'corrected', rle, origin: { tool: 'adjudication' } } as const;
    await save(MAIN_READING, 2, [{ kind: 'edit', maskId: mask!.id, previousId: mask!.current.id, ...content }]);
    const made = add(square(0, 0, 5));
    await save(MAIN_READING, 4, [{ ...made, labelId: cyst.id, origin: { tool: 'adjudication' } } as MaskChange]);
    expect(await report()).toEqual(before);
  });

  it('is refused for a reader and themselves, and for readers that are not there; withdrawn, it ends', async () => {
    const { store, report } = await twoReaders();
    const { signal } = new AbortController();
    for (const pair of [
      [1, 1],
      [1, 9],
    ] as const) {
      await expect(planAgreement(store, pair, signal)).rejects.toMatchObject({ code: 'usage' });
    }
    const plan = await planAgreement(store, [1, 2], signal);
    const stopped = compare(plan.pairs, {
      signal: AbortSignal.abort(new Error('enough')),
      onProgress: () => undefined,
    });
    await expect(stopped).rejects.toThrow('enough');
    expect((await report()).rows).toHaveLength(3);
  });
});

describe('project agreement', () => {
  it('prints the report and writes two tables', async () => {
    const { store } = await twoReaders();
    await store.close();
    const out = join(store.folder, '..', 'readers.csv');
    const asked = ['project', 'agreement', store.folder, '--readers', 'main,Bob'];
    const { code, json } = await cli([...asked, '--out', out, '--json']);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ frames: 4, labels: [{ name: 'cyst', both: 2 }], files: [out, expect.any(String)] });
    const lines = readFileSync(out, 'utf8').trim().split('\r\n');
    expect(lines[0]).toContain('patient,file,frame,label,outlined_by,dice,hd95_px');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 6).join())).toEqual([
      'P1,P1/a.png,1,cyst,both,0.9259',
      'P1,P1/b.png,1,cyst,first,0',
      'P2,P2/c.png,1,cyst,both,0.8',
      'P2,P2/d.png,1,,read by first only,',
    ]);
    const summary = readFileSync(out.replace('.csv', '-summary.csv'), 'utf8').trim().split('\r\n');
    expect(summary.map((line) => line.split(',').slice(0, 6).join())).toEqual([
      'label,of,patient,both,only_first,only_second',
      'cyst,all,,2,1,0',
      'cyst,patient,P1,1,1,0',
      'cyst,patient,P2,1,0,0',
    ]);
    expect(await cli([...asked.slice(0, 3), '--readers', 'main,Eve', '--json'])).toMatchObject({ code: 2 });
    const again = await ProjectStore.open(store.folder);
    onTestFinished(() => again.close());
  });
});
