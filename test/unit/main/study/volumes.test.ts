/** NIfTI and MetaImage as nibabel and SimpleITK write them: the same pixels, the same spacing; lies and bombs refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { listImages, openImage, readImage } from '../../../../main/study';
import { niftiFile } from '../../../support/volume-file';
import { describeWithPython, runPython } from '../../../support/python-venv';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-volumes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

interface Expected {
  readonly width: number;
  readonly height: number;
  /** base64, a frame each; RGB where `colour`. */
  readonly frames: readonly string[];
  readonly colour: boolean;
  readonly spacing: readonly [number, number] | null;
  readonly frameTimeMs: number | null;
}

/** What is shown of samples of meaning `values` [frames, rows, columns], as docs/readers.md has it. */
const SHOWN = `
import sys, json, base64, os, itertools, numpy as np
folder = json.load(sys.stdin)
rng = np.random.default_rng(11)
out = {}
def shown(values, window=None, as_stored=False):
  values = values.astype(np.float64)
  if as_stored: return values.astype(np.uint8)
  finite = values[np.isfinite(values)]
  low, high = window or (finite.min(), finite.max())
  level = np.nan_to_num((values - low) / (high - low), nan=0, posinf=1, neginf=0) if high > low else values * 0
  return np.floor(255 * np.clip(level, 0, 1) + 0.5).astype(np.uint8)
def expect(name, frames, spacing=None, colour=False, time=None):
  out[name] = {'width': frames.shape[2], 'height': frames.shape[1], 'colour': colour, 'spacing': spacing, 'frameTimeMs': time,
    'frames': [base64.b64encode(np.ascontiguousarray(frame).tobytes()).decode() for frame in frames]}
`;

const WITH_NIBABEL = `${SHOWN}
import nibabel as nib
def samples(dtype, shape):
  dtype = np.dtype(dtype)
  if dtype.kind == 'f': return rng.normal(0, 1000, shape).astype(dtype)
  info = np.iinfo(dtype)
  return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
for dtype, endian, end in itertools.product(['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'f4', 'f8'], '<>', ['nii', 'nii.gz']):
  header = nib.Nifti1Header(endianness=endian)
  header.set_data_dtype(np.dtype(dtype).newbyteorder(endian))
  header.set_xyzt_units('mm', 'msec')
  data = samples(dtype, (5, 4, 3))
  image = nib.Nifti1Image(data, np.diag([-0.25, -0.5, 1, 1]), header)
  image.header.set_slope_inter(1, 0)
  name = f'{dtype}{"big" if endian == ">" else ""}.{end}'
  nib.save(image, f'{folder}/{name}')
  expect(name, shown(data.T, as_stored=dtype == 'u1'), [0.25, 0.5])
def save(name, data, affine=np.eye(4), units=('mm', 'sec'), **fields):
  image = nib.Nifti1Image(data, affine)
  image.header.set_xyzt_units(*units)
  for key, value in fields.items(): image.header[key] = value
  nib.save(image, f'{folder}/{name}')
  return nib.load(f'{folder}/{name}')
flat = samples('u1', (7, 6))
save('flat.nii', flat); expect('flat.nii', flat.T[None])
loop = samples('u1', (7, 6, 1, 4))
image = nib.Nifti1Image(loop, np.diag([3, 2, 1, 1])); image.header.set_xyzt_units('micron', 'sec')
image.header['pixdim'][4] = 0.04; nib.save(image, f'{folder}/loop.nii.gz')
expect('loop.nii.gz', loop[:, :, 0].T, [np.float32(3).item() * 0.001, np.float32(2).item() * 0.001], time=np.float32(0.04).item() * 1000)
four = samples('i2', (4, 3, 2, 3))
save('four.nii', four, np.diag([2, 2, 1, 1]))
expect('four.nii', shown(np.concatenate([four[..., t].T for t in range(3)])), [2, 2])
floats = rng.normal(3, 9, (6, 5, 2)); read = save('scaled.nii.gz', floats, cal_min=0)
img = nib.Nifti1Image(floats, np.eye(4)); img.set_data_dtype('i2'); nib.save(img, f'{folder}/scaled.nii.gz')
back = nib.load(f'{folder}/scaled.nii.gz'); proxy = back.dataobj
raw = np.asarray(proxy.get_unscaled()).astype(np.float64)
expect('scaled.nii.gz', shown((raw * np.float64(np.float32(proxy.slope)) + np.float64(np.float32(proxy.inter))).T))
deep = samples('i2', (6, 5, 2)); save('window.nii', deep, units=('unknown', 'unknown'), cal_min=-1000, cal_max=2000)
expect('window.nii', shown(deep.T, (-1000, 2000)))
hole = rng.normal(0, 1, (6, 5, 2)).astype('f4'); hole[0, 0, 0], hole[1, 0, 0], hole[2, 0, 0] = np.nan, np.inf, -np.inf
save('hole.nii', hole); expect('hole.nii', shown(hole.T))
rgb = np.zeros((5, 4, 2), np.dtype([('R', 'u1'), ('G', 'u1'), ('B', 'u1')]))
for c in 'RGB': rgb[c] = samples('u1', (5, 4, 2))
save('rgb.nii.gz', rgb, np.diag([0.1, 0.1, 1, 1]))
expect('rgb.nii.gz', np.stack([rgb[c].T for c in 'RGB'], -1), [np.float32(0.1).item()] * 2, colour=True)
print(json.dumps(out))
`;

const WITH_ITK = `${SHOWN}
import SimpleITK as sitk
TYPES = {'u1': sitk.sitkUInt8, 'i1': sitk.sitkInt8, 'u2': sitk.sitkUInt16, 'i2': sitk.sitkInt16, 'u4': sitk.sitkUInt32, 'i4': sitk.sitkInt32, 'f4': sitk.sitkFloat32, 'f8': sitk.sitkFloat64}
for dtype, compressed, end in itertools.product(TYPES, [False, True], ['mhd', 'mha', 'nii.gz']):
  values = rng.integers(0, 120, (3, 4, 5)).astype(dtype)
  image = sitk.GetImageFromArray(values)
  image.SetSpacing((0.25, 0.5, 3))
  name = f'{dtype}{"-packed" if compressed else ""}.{end}'
  sitk.WriteImage(image, f'{folder}/{name}', compressed)
  expect(name, shown(values, as_stored=dtype == 'u1'), [0.25, 0.5])
values = rng.integers(0, 255, (6, 7)).astype('u1')
sitk.WriteImage(sitk.GetImageFromArray(values), f'{folder}/still.mha'); expect('still.mha', values[None])
values = rng.integers(0, 255, (2, 6, 7, 3)).astype('u1')
for end in ['mha']:
  sitk.WriteImage(sitk.GetImageFromArray(values, isVector=True), f'{folder}/colour.{end}'); expect(f'colour.{end}', values, colour=True)
values = rng.integers(-9, 900, (3, 2, 4, 5)).astype('i2')
sitk.WriteImage(sitk.GetImageFromArray(values, isVector=False), f'{folder}/four.mha'); expect('four.mha', shown(values).reshape(6, 4, 5))
values = rng.integers(0, 9999, (4, 5)).astype('>u2')
open(f'{folder}/big.raw', 'wb').write(b'12345' + values.tobytes())
for end, skip in [('skip', 5), ('end', -1)]:
  open(f'{folder}/{end}.mhd', 'w').write(f'NDims = 2\\r\\nDimSize = 5 4\\r\\nHeaderSize = {skip}\\r\\nElementType = MET_USHORT\\r\\nElementByteOrderMSB = True\\r\\nElementSpacing = 0.1 0.2\\r\\nElementDataFile = big.raw\\r\\n')
  expect(f'{end}.mhd', shown(values)[None], [0.1, 0.2])
print(json.dumps(out))
`;

async function check(expected: Readonly<Record<string, Expected>>): Promise<void> {
  for (const [name, { width, height, frames, colour, spacing, frameTimeMs }] of Object.entries(expected)) {
    const path = join(folder, name);
    const image = await openImage(path);
    expect([name, image.widthPx, image.heightPx]).toEqual([name, width, height]);
    expect([name, image.metadata.frameCount, image.frameTimeMs ?? null]).toEqual([name, frames.length, frameTimeMs]);
    const scale = image.calibration?.kind === 'uniform' ? image.calibration.mmPerPx : null;
    expect([name, scale && [scale.x, scale.y]]).toEqual([name, spacing]);
    // The last one first: any frame can be asked for.
    for (let index = frames.length - 1; index >= 0; index--) {
      const { frame } = await readImage(path, index);
      const found = Buffer.from((colour ? frame.rgb : frame.data) ?? []).toString('base64');
      expect(found === frames[index], `${name}, frame ${index}`).toBe(true);
    }
  }
}

describeWithPython('volumes are shown voxel by voxel', () => {
  test('as nibabel writes NIfTI', async () => {
    const expected = runPython(WITH_NIBABEL, folder) as Record<string, Expected>;
    expect(Object.keys(expected)).toHaveLength(39);
    await check(expected);
  });

  test('as SimpleITK writes MetaImage and NIfTI', async () => {
    const expected = runPython(WITH_ITK, folder) as Record<string, Expected>;
    expect(Object.keys(expected)).toHaveLength(53);
    await check(expected);
    const { images, failures } = await listImages([folder]);
    expect(failures).toEqual([]);
    expect(images.map(({ relativePath }) => relativePath)).toEqual(expect.arrayContaining(Object.keys(expected)));
    expect(images.some(({ relativePath }) => /raw$/.test(relativePath))).toBe(false);
  });
});

describe('what a header promises and its file does not hold', () => {
  const refused = (path: string) => expect(readImage(path)).rejects;

  test('is refused before memory is taken: bombs, giants, cut ends', async () => {
    const small = niftiFile({ dims: [4, 4, 2] });
    await refused(write('cut.nii', small.subarray(0, 370))).toMatchObject({ code: 'format-corrupt' });
    await refused(write('cut.nii.gz', gzipSync(small).subarray(0, 60))).toMatchObject({ code: 'format-corrupt' });
    await refused(write('lie.nii.gz', gzipSync(small.subarray(0, 352)))).toMatchObject({ code: 'format-corrupt' });
    const giant = niftiFile({ dims: [32_767, 32_767, 2], voxels: 0 });
    await refused(write('giant.nii', giant)).toMatchObject({ code: 'too-large' });
    const many = niftiFile({ dims: [4_000, 4_000, 32_767], voxels: 0 });
    await refused(write('many.nii.gz', gzipSync(many))).toMatchObject({ code: 'too-large' });
    const before = process.memoryUsage().rss;
    // 256 MiB of zeros, of which the header promises 32 bytes.
    const bomb = Buffer.concat([small, Buffer.alloc(2 ** 28)]);
    const path = write('bomb.nii.gz', gzipSync(bomb));
    const growth = process.memoryUsage().rss - before;
    expect((await readImage(path)).frame.data).toHaveLength(16);
    expect(process.memoryUsage().rss - before - growth).toBeLessThan(2 ** 26);
  });

  test('is refused with its reason: what NIfTI and MetaImage have and this does not', async () => {
    const two = Buffer.alloc(600);
    two.writeInt32LE(540, 0);
    two.write('n+2\0\r\n\x1a\n', 4, 'latin1');
    const pair = Buffer.from(niftiFile({ dims: [4, 4] }));
    pair.write('ni1\0', 344, 'latin1');
    const cases: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
      ['two.nii', two, /NIfTI-2 cannot be read/],
      ['pair.hdr', pair, /voxels are in another file/],
      ['complex.nii', niftiFile({ dims: [4, 4], datatype: 32 }), /datatype 32/],
      ['five.nii', niftiFile({ dims: [2, 2, 1, 1, 3] }), /at most four dimensions/],
      ['packed.nii.gz', gzipSync(Buffer.alloc(1_000, 'no image')), /not an image that can be read/],
      ['up.mhd', metaImage('../secret.raw'), /must lie in the same folder/],
      ['away.mhd', metaImage('/etc/passwd'), /must lie in the same folder/],
      ['windows.mhd', metaImage('C:\\x.raw'), /must lie in the same folder/],
      ['list.mhd', metaImage('LIST'), /in many files/],
      ['long.mhd', metaImage('x.raw').replace('UCHAR', 'LONG'), /MET_LONG/],
      ['open.mhd', 'NDims = 2\nDimSize = 2 2\n', /does not come to ElementDataFile/],
      ['odd.mhd', metaImage('x.raw').replace('2 2', '2 x'), /is no image or loop/],
    ];
    for (const [name, bytes, reason] of cases) {
      const path = write(name, bytes);
      await refused(path).toMatchObject({ subject: path, message: expect.stringMatching(reason) as string });
    }
    const missing = write('missing.mhd', metaImage('gone.raw'));
    await refused(missing).toMatchObject({
      ...{ code: 'file-not-found', subject: missing },
      message: expect.stringContaining('"gone.raw"') as string,
    });
  });
});

function metaImage(data: string): string {
  return `ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementType = MET_UCHAR\nElementDataFile = ${data}\n`;
}
