/** Masks of a NIfTI loop leave as NIfTI that lies where the loop lies, voxel by voxel, and come back as they were. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import { importMasks, readMasks } from '../../../../main/import';
import { ProjectStore } from '../../../../main/project';
import { frameHash, readImage } from '../../../../main/study';
import { indexStudy } from '../../../../main/study/index-study';
import { areaPx, cocoRle } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { drawn, framesOf } from './project-of-masks';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nifti-source-'));
  mkdirSync(join(folder, 'study', 'patient 1'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SIZE = { widthPx: 5, heightPx: 4 };
/** Of six frames the second and the last have a mask. */
const MASKS = new Map([
  [1, drawn('#.... #.#.. ..... ....#')],
  [5, drawn('..... .###. .#.#. .###.')],
]);

const WRITE = `
import sys, json, numpy as np, nibabel as nib
path = json.load(sys.stdin)
header = nib.Nifti1Header(endianness='>')
header.set_data_dtype('>i2')
affine = np.array([[0, 0.2, 0.1, 3], [-0.3, 0, 0, -40.5], [0, 0.05, 2, 7], [0, 0, 0, 1]])
image = nib.Nifti1Image(np.arange(5 * 4 * 2 * 3, dtype='>i2').reshape(5, 4, 2, 3), affine, header)
image.header.set_xyzt_units('mm', 'msec')
image.header['pixdim'][4] = 33
image.set_qform(nib.affines.from_matvec(np.diag([0.3, 0.4, 2]), [1, 2, 3]), 'scanner')
image.set_sform(affine, 'talairach')
nib.save(image, path)
print(0)
`;

const READ = `
import sys, json, numpy as np, nibabel as nib
source, masks = [nib.load(path) for path in json.load(sys.stdin)]
same = lambda field: np.array_equal(source.header[field], masks.header[field])
print(json.dumps({
  'same': {field: bool(same(field)) for field in ['dim', 'pixdim', 'xyzt_units', 'qform_code', 'sform_code', 'quatern_b', 'qoffset_x', 'srow_x', 'srow_y', 'srow_z']},
  'affine': bool(np.array_equal(source.affine, masks.affine)), 'type': str(masks.get_data_dtype()),
  'frames': [np.asarray(masks.dataobj)[:, :, z, t].T.ravel().tolist() for t in range(3) for z in range(2)]}))
`;

async function project(name: string): Promise<ProjectStore> {
  const store = await ProjectStore.create(join(folder, `${name}.sonomask`));
  const { signal } = new AbortController();
  await indexStudy([join(folder, 'study')], {
    signal,
    onPiece: async ({ images }) => void (await store.images.add(images)),
  });
  for (const { id, relativePath, frameIndex } of await framesOf(store)) {
    const { frame } = await readImage(join(folder, 'study', relativePath), frameIndex);
    await store.frames.setHash(id, { sha256: frameHash(frame), ...SIZE });
  }
  return store;
}

describeWithPython('masks of a NIfTI loop', () => {
  test('keep its dimensions, spacing and orientation, and come back to their frames', async () => {
    const source = join(folder, 'study', 'patient 1', 'loop.nii.gz');
    runPython(WRITE, source);
    const store = await project('Out');
    const label = await store.labels.create({ name: 'lesion', instances: 'multiple' });
    const frames = await framesOf(store);
    expect(frames.map(({ frameIndex }) => frameIndex)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { id, frameIndex, sha256 } of frames) {
      const mask = MASKS.get(frameIndex);
      if (!mask) continue;
      const rle = { ...SIZE, counts: cocoRle(mask).counts };
      const added = { kind: 'add', labelId: label.id, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
      await store.masks.save({ frameId: id, frameSha256: sha256!, user: 'Dr. Li', changes: [added] });
    }
    const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
    const request = { folder, formats: ['nifti'], include: 'all', manifest: 'none' } as const;
    const { folder: out } = await exportProject(
      store,
      { ...request, formats: ['nifti'] },
      { ...quiet, write: writeExport, user: 'Ann' },
    );
    await store.close();

    const written = join(out, 'nifti', 'patient 1', 'loop.nii.gz');
    const { same, affine, type, frames: read } = runPython(READ, [source, written]) as Record<string, object>;
    expect(Object.entries(same!).filter(([, equal]) => !equal)).toEqual([]);
    expect([affine, type]).toEqual([true, 'uint8']);
    const empty = new Array<number>(20).fill(0);
    expect(read).toEqual([0, 1, 2, 3, 4, 5].map((i) => [...(MASKS.get(i)?.data ?? empty)]));

    const fresh = await project('In');
    const tools = {
      ...{ ...quiet, user: 'Dr. Li', read: readMasks, open: () => Promise.resolve() },
      save: (edit: Parameters<typeof fresh.masks.save>[0]) => fresh.masks.save(edit),
    };
    const report = await importMasks(fresh, { paths: [join(out, 'nifti')], label: 'lesion' }, tools);
    expect(report).toMatchObject({ problems: [], frames: 2 });
    for (const { id, frameIndex } of await framesOf(fresh)) {
      const counts = (await fresh.masks.ofFrame(id)).map(({ current }) => current.rle.counts);
      const mask = MASKS.get(frameIndex);
      expect(counts).toEqual(mask ? [cocoRle(mask).counts] : []);
      if (mask) expect(areaPx(mask)).toBeGreaterThan(3);
    }
    await fresh.close();
  });
});
