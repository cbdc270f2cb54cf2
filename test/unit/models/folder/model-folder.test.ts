/** A model folder is whole and unchanged, or it is refused with the file and the reason. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors, readSafetensorsHeader, type Tensor, writeSafetensors } from '../../../../models/checkpoint';
import { headFilePath, readModel, writeModelWithHead } from '../../../../models/folder';
import { TINY_HEAD, writeTinyModel } from '../../../support/tiny-model';

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sonomask-model-'));
  folder = join(parent, 'model');
  await writeTinyModel(folder, ['breast lesion', '甲状腺结节']);
});
afterEach(() => rm(parent, { recursive: true }));

const encoder = () => join(folder, 'encoder.safetensors');

/** Rewrites a weights file and makes the manifest agree with it, as a careless or hostile maker would. */
async function rewriteEncoder(change: (name: string, tensor: Tensor) => [string, Tensor] | undefined): Promise<void> {
  const changed = [...(await readSafetensors(encoder()))].flatMap(([name, tensor]) => {
    const next = change(name, tensor);
    return next ? [next] : [];
  });
  await writeSafetensors(encoder(), changed);
  editManifest((manifest) => {
    manifest.encoderId = createHash('sha256').update(readFileSync(encoder())).digest('hex');
  });
}

function editManifest(change: (manifest: Record<string, unknown>) => void): void {
  const path = join(folder, 'model.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  change(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

describe('readModel', () => {
  it('opens what writeModel wrote, with heads of any script', async () => {
    const model = await readModel(folder);
    expect(model.manifest.heads.map(({ label }) => label)).toEqual(['breast lesion', '甲状腺结节']);
    expect(model.weights('image_encoder.neck.0.weight', [])).toMatchObject({ kind: 'external', type: 'float32' });
    expect(() => model.head('liver')).toThrow(/liver.*breast lesion/);
  });

  it('refuses a folder that is no model', async () => {
    await expect(readModel(parent)).rejects.toMatchObject({ code: 'file-not-found' });
  });

  it('refuses a weights file that has changed by one bit', async () => {
    const bytes = readFileSync(encoder());
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(encoder(), bytes);
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-invalid', subject: encoder() });
  });

  it.each([NaN, Infinity, -Infinity])('refuses a weight that is %d, and names it', async (bad) => {
    await rewriteEncoder((name, tensor) => {
      if (name === 'image_encoder.neck.2.weight' && tensor.dtype === 'F32') tensor.data[777] = bad;
      return [name, tensor];
    });
    await expect(readModel(folder)).rejects.toThrow(/neck\.2\.weight.*(NaN|infinite)/);
  });

  it('finds a NaN in fp16, also in the last element of a tensor', async () => {
    await rewriteEncoder((name, tensor) => {
      if (name !== 'image_encoder.neck.1.bias') return [name, tensor];
      const data = new Uint16Array(tensor.shape[0]!);
      data[data.length - 1] = 0x7e00;
      return [name, { dtype: 'F16', shape: tensor.shape, data }];
    });
    await expect(readModel(folder)).rejects.toThrow(/neck\.1\.bias/);
  });

  it.each([
    [
      'a missing tensor',
      (name: string, t: Tensor) => (name.endsWith('neck.3.bias') ? undefined : [name, t]),
      /no tensor .*neck\.3\.bias/,
    ],
    [
      'a wrong shape',
      (name: string, t: Tensor) =>
        name.endsWith('neck.3.bias') ? [name, { dtype: 'F32', shape: [3], data: new Float32Array(3) }] : [name, t],
      /neck\.3\.bias is \[3\]/,
    ],
    [
      'a wrong type',
      (name: string, t: Tensor) =>
        name.endsWith('neck.3.bias')
          ? [name, { dtype: 'I64', shape: t.shape, data: new BigInt64Array(t.shape[0]!) }]
          : [name, t],
      /neck\.3\.bias is I64/,
    ],
  ] as const)('refuses %s', async (_title, change, message) => {
    await rewriteEncoder(change as Parameters<typeof rewriteEncoder>[0]);
    await expect(readModel(folder)).rejects.toThrow(message);
  });

  it.each([
    ['an unknown field', (m: Record<string, unknown>) => (m.surprise = 1)],
    ['a newer format', (m: Record<string, unknown>) => (m.format = 2)],
    [
      'a label that leaves the folder',
      (m: Record<string, unknown>) => ((m.heads as { label: string }[])[0]!.label = '../x'),
    ],
    [
      'a version that leaves the folder',
      (m: Record<string, unknown>) => ((m.heads as { version: string }[])[0]!.version = '../1'),
    ],
    ['an absurd width', (m: Record<string, unknown>) => (m.config = { ...(m.config as object), promptDim: 1e9 })],
  ])('refuses a manifest with %s', async (_title, change) => {
    editManifest(change);
    await expect(readModel(folder)).rejects.toMatchObject({
      code: 'model-invalid',
      subject: join(folder, 'model.json'),
    });
  });
});

describe('writeModelWithHead', () => {
  const head = async (label: string) => {
    const model = await readModel(folder);
    const tensors = await readSafetensors(headFilePath(model, model.manifest.heads[0]!));
    return { label, version: '2', config: TINY_HEAD, tensors };
  };

  it('adds a head; shared weights take no second place on disk', async () => {
    const out = join(parent, 'new');
    const model = await readModel(folder);
    await writeModelWithHead(out, model, await head('nodule'));
    const made = await readModel(out);
    expect(made.manifest.heads.map(({ label }) => label)).toEqual(['breast lesion', '甲状腺结节', 'nodule']);
    expect(made.manifest.encoderId).toBe(model.manifest.encoderId);
    expect(made.manifest.id).not.toBe(model.manifest.id);
    expect(statSync(join(out, 'encoder.safetensors')).ino).toBe(statSync(encoder()).ino);
  });

  it('replaces the head of a label that has one', async () => {
    const out = join(parent, 'new');
    await writeModelWithHead(out, await readModel(folder), await head('breast lesion'));
    const { heads } = (await readModel(out)).manifest;
    expect(heads.filter(({ label }) => label === 'breast lesion').map(({ version }) => version)).toEqual(['2']);
  });

  it('leaves nothing behind when it fails, and never writes over a folder', async () => {
    const model = await readModel(folder);
    const broken = { ...(await head('nodule')), label: '../evil' };
    await expect(writeModelWithHead(join(parent, 'new'), model, broken)).rejects.toThrow();
    await expect(writeModelWithHead(folder, model, await head('x'))).rejects.toMatchObject({ code: 'write-failed' });
    expect(readdirSync(parent)).toEqual(['model']);
    expect((await readSafetensorsHeader(encoder())).tensors.size).toBeGreaterThan(10);
  });
});
