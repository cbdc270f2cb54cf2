/** Writing and reading safetensors: what goes in comes out, aligned, in one order, whole or not at all. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkFinite,
  readSafetensors,
  readSafetensorsHeader,
  toFloat32,
  writeSafetensors,
  type LazyTensor,
  type Tensor,
} from '../../../../models/checkpoint';
import { AppError } from '../../../../shared/errors';

const sharedFixtures = fileURLToPath(new URL('../../../../../shared/fixtures', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonomask-safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofEveryType: [string, Tensor][] = [
  ['f64', { dtype: 'F64', shape: [2], data: Float64Array.of(Math.PI, -0) }],
  ['f32', { dtype: 'F32', shape: [3], data: Float32Array.of(1.5, -2, 1e-40) }],
  ['f16', { dtype: 'F16', shape: [1, 3], data: Uint16Array.of(0x3c00, 0xfbff, 1) }],
  ['bf16', { dtype: 'BF16', shape: [1], data: Uint16Array.of(0x3fc0) }],
  ['i64', { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 60n)) }],
  ['i32', { dtype: 'I32', shape: [1], data: Int32Array.of(-7) }],
  ['i16', { dtype: 'I16', shape: [1], data: Int16Array.of(-300) }],
  ['i8', { dtype: 'I8', shape: [1], data: Int8Array.of(-8) }],
  ['u8', { dtype: 'U8', shape: [2, 1], data: Uint8Array.of(0, 255) }],
  ['bool', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
  ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) }],
];

describe('writeSafetensors and readSafetensors', () => {
  it('keep every element type, shape and bit', async () => {
    const path = join(folder, 'types.safetensors');
    await writeSafetensors(path, ofEveryType, { format: 'pt' });
    const read = await readSafetensors(path);
    expect(new Map([...read].sort())).toEqual(new Map([...ofEveryType].sort(([a], [b]) => (a < b ? -1 : 1))));
    expect((await readSafetensorsHeader(path)).metadata).toEqual({ format: 'pt' });
  });

  it('keep any set of float tensors with any names', async () => {
    const path = join(folder, 'any.safetensors');
    const name = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((text) => text !== '__metadata__');
    const values = fc.float32Array({ maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, values, { noNullPrototype: false }), async (content) => {
        const tensors = Object.entries(content).map(([key, data]): [string, Tensor] => [
          key,
          { dtype: 'F32', shape: [data.length], data },
        ]);
        await writeSafetensors(path, tensors);
        expect(await readSafetensors(path)).toEqual(new Map(tensors));
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('write the same bytes whatever the order given', async () => {
    const paths = ['forward', 'backward'].map((name) => join(folder, `${name}.safetensors`));
    await writeSafetensors(paths[0]!, ofEveryType, { a: '1', b: '2' });
    await writeSafetensors(paths[1]!, [...ofEveryType].reverse(), { b: '2', a: '1' });
    expect(readFileSync(paths[0]!).equals(readFileSync(paths[1]!))).toBe(true);
  });

  it('begin tensors at multiples of 8 bytes, short tails at a multiple of their element, with no gap', async () => {
    const path = join(folder, 'aligned.safetensors');
    await writeSafetensors(path, ofEveryType);
    const { tensors } = await readSafetensorsHeader(path);
    const elementBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2, I8: 1, U8: 1, BOOL: 1 };
    for (const [name, { dtype, byteOffset, byteLength }] of tensors) {
      expect(byteOffset % (byteLength % 8 === 0 ? 8 : elementBytes[dtype]), name).toBe(0);
    }
  });

  it('give the places of the bytes in the file', async () => {
    const path = join(folder, 'places.safetensors');
    await writeSafetensors(path, ofEveryType);
    const info = (await readSafetensorsHeader(path)).tensors.get('i64')!;
    expect(readFileSync(path).readBigInt64LE(info.byteOffset)).toBe(-(2n ** 60n));
  });

  it('read only the tensors asked for, and name one that is not there', async () => {
    const path = join(folder, 'some.safetensors');
    await writeSafetensors(path, ofEveryType);
    expect([...(await readSafetensors(path, { names: ['u8', 'f32'] })).keys()]).toEqual(['u8', 'f32']);
    await expect(readSafetensors(path, { names: ['nothing'] })).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
      subject: path,
      message: expect.stringContaining('"nothing"') as string,
    });
  });

  it('say which file is missing or is a folder', async () => {
    const missing = join(folder, 'missing.safetensors');
    await expect(readSafetensors(missing)).rejects.toMatchObject({ code: 'file-not-found', subject: missing });
    await expect(readSafetensors(folder)).rejects.toMatchObject({ code: 'file-unreadable', subject: folder });
  });
});

describe('writeSafetensors of lazy tensors', () => {
  it('reads each when its turn comes, after the one before was written', async () => {
    const path = join(folder, 'lazy.safetensors');
    const temporaryBytes = (): number => {
      const name = readdirSync(folder).find((file) => file.startsWith('.lazy') && file.endsWith('.tmp'));
      return readFileSync(join(folder, name!)).length;
    };
    const sizes: number[] = [];
    const lazy = (value: number): LazyTensor => ({
      dtype: 'F32',
      shape: [1000],
      read() {
        sizes.push(temporaryBytes());
        return Promise.resolve({ dtype: 'F32', shape: [1000], data: new Float32Array(1000).fill(value) });
      },
    });
    await writeSafetensors(path, [
      ['b', lazy(2)],
      ['a', lazy(1)],
    ]);
    expect(sizes[1]! - sizes[0]!).toBe(4000);
    const read = await readSafetensors(path);
    expect([...read].map(([name, { data }]) => [name, data[999]])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('leaves the old file and no temporary one where a tensor cannot be read', async () => {
    const path = join(folder, 'kept.safetensors');
    writeFileSync(path, 'the file before');
    const broken: LazyTensor = {
      dtype: 'F32',
      shape: [1],
      read: () => Promise.reject(new AppError('checkpoint-corrupt', 'source.pth', 'source.pth: cut short')),
    };
    const failure = writeSafetensors(path, [...ofEveryType, ['z', broken]]);
    await expect(failure).rejects.toMatchObject({ code: 'checkpoint-corrupt', subject: 'source.pth' });
    expect(readFileSync(path, 'utf8')).toBe('the file before');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each<[string, [string, Tensor][], string]>([
    ['data shorter than its shape', [['a', { dtype: 'F32', shape: [2], data: Float32Array.of(1) }]], 'holds 4 bytes'],
    ['a name twice', [ofEveryType[0]!, ofEveryType[0]!], '"f64" is taken'],
    ['the reserved name', [['__metadata__', ofEveryType[0]![1]]], '"__metadata__" is taken'],
  ])('refuses %s', async (_what, tensors, message) => {
    const path = join(folder, 'refused.safetensors');
    await expect(writeSafetensors(path, tensors)).rejects.toMatchObject({
      code: 'write-failed',
      subject: path,
      message: expect.stringContaining(message) as string,
    });
    expect(existsSync(path)).toBe(false);
  });

  it('says where a folder is missing', async () => {
    const path = join(folder, 'no', 'such', 'folder.safetensors');
    await expect(writeSafetensors(path, ofEveryType)).rejects.toMatchObject({ code: 'write-failed', subject: path });
  });
});

describe('toFloat32', () => {
  it('converts every element type', () => {
    const floats = Object.fromEntries(ofEveryType.map(([name, tensor]) => [name, [...toFloat32(tensor)]]));
    expect(floats).toEqual({
      f64: [Math.fround(Math.PI), -0],
      f32: [1.5, -2, Math.fround(1e-40)],
      f16: [1, -65504, 2 ** -24],
      bf16: [1.5],
      i64: [-(2 ** 60)],
      i32: [-7],
      i16: [-300],
      i8: [-8],
      u8: [0, 255],
      bool: [1, 0],
      empty: [],
    });
  });
});

describe('checkFinite', () => {
  it('passes finite tensors, the largest and smallest included', () => {
    for (const [name, tensor] of ofEveryType) checkFinite(name, tensor, 'model.safetensors');
  });

  it.each<Tensor>([
    { dtype: 'F32', shape: [2], data: Float32Array.of(0, NaN) },
    { dtype: 'F64', shape: [2], data: Float64Array.of(0, -Infinity) },
    { dtype: 'F16', shape: [2], data: Uint16Array.of(0, 0xfc00) },
    { dtype: 'BF16', shape: [2], data: Uint16Array.of(0, 0x7fc0) },
  ])('names file, tensor and element of a $dtype that is not finite', (tensor) => {
    expect(() => checkFinite('neck.0.weight', tensor, 'model.safetensors')).toThrow(
      expect.objectContaining({
        code: 'checkpoint-corrupt',
        subject: 'model.safetensors',
        message: 'model.safetensors: tensor neck.0.weight holds NaN or infinity at element 1',
      }) as Error,
    );
  });
});

describe.skipIf(!existsSync(sharedFixtures))(
  'files of the safetensors library (skipped without ../shared/fixtures)',
  () => {
    it('reads images and their division by 255', async () => {
      const inputs = await readSafetensors(join(sharedFixtures, 'inputs.safetensors'));
      const image = inputs.get('image')!;
      expect(image).toMatchObject({ dtype: 'F32', shape: [2, 1, 256, 256] });
      const quotients = Float32Array.from(inputs.get('image_u8')!.data as Uint8Array, (value) => value / 255);
      const digest = (data: Float32Array): string => createHash('sha256').update(data).digest('hex');
      expect(digest(image.data as Float32Array)).toBe(digest(quotients));
    });
  },
);
