/** Files cut short, and crafted files that are right: what torch itself no longer writes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSafetensors, readTorchCheckpoint } from '../../../../models/checkpoint';
import { good, legacyCheckpoint, py, safetensors, state, tensor, zipCheckpoint } from './craft';
import { corruptCode, temporaryFolder } from './hostile-harness';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const folder = temporaryFolder();
const oneFloat = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };

describe('files cut short', () => {
  it.each(['small.legacy.pth', 'small.zip.pth'])('refuses %s cut at any byte', async (name) => {
    const whole = readFileSync(join(fixtures, name));
    const path = folder.path(`cut-${name}`);
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const code = length === 1 && name.includes('zip') ? 'format-unknown' : corruptCode;
      await expect(readTorchCheckpoint(path), `${length} bytes`).rejects.toMatchObject({ code, subject: path });
    }
  });

  it('refuses a safetensors file cut at any byte', async () => {
    const whole = safetensors({ a: oneFloat, b: { dtype: 'U8', shape: [3], data_offsets: [4, 7] } }, 7);
    const path = folder.path('cut.safetensors');
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(readSafetensors(path), `${length} bytes`).rejects.toMatchObject({
        code: corruptCode,
        subject: path,
      });
    }
  });

  it('refuses a tensor whose file was cut after it was listed', async () => {
    const path = folder.path('cut-later.pth');
    writeFileSync(path, readFileSync(join(fixtures, 'small.legacy.pth')));
    const { tensors } = await readTorchCheckpoint(path);
    writeFileSync(path, Buffer.alloc(20));
    await expect(tensors.get('weight')!.read()).rejects.toMatchObject({ code: corruptCode, subject: path });
  });
});

describe('crafted files that are right', () => {
  it('reads what the hostile ones are made of', async () => {
    for (const [name, content] of [
      ['good.zip.pth', zipCheckpoint(state(good))],
      ['good.legacy.pth', legacyCheckpoint(state(good))],
    ] as const) {
      const path = folder.path(name);
      writeFileSync(path, content);
      const { tensors } = await readTorchCheckpoint(path);
      expect((await tensors.get('weight')!.read()).data).toEqual(Float32Array.of(1, 2, 3, 4));
    }
  });

  it('reads a legacy storage view, which torch no longer writes', async () => {
    const path = folder.path('good-view.legacy.pth');
    const view = py.tuple(py.text('1'), py.int(1), py.int(3));
    writeFileSync(path, legacyCheckpoint(state(tensor({ view }, 1, [2], [1]))));
    const { tensors } = await readTorchCheckpoint(path);
    expect((await tensors.get('weight')!.read()).data).toEqual(Float32Array.of(3, 4));
  });

  it('keeps a tensor named __proto__ a tensor', async () => {
    const path = folder.path('proto.zip.pth');
    writeFileSync(
      path,
      zipCheckpoint(Buffer.concat([Buffer.from('}('), py.text('__proto__'), good, Buffer.from('u')])),
    );
    const { tensors } = await readTorchCheckpoint(path);
    expect([...tensors.keys()]).toEqual(['__proto__']);
  });
});
