/**
 * Our graphs against the reference implementation's numbers (../shared/fixtures): intermediates, embedding, every
 * prompt, the automatic path, gradients and optimiser steps.
 */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { inferHeadConfig, inferModelConfig } from '../../models/autosamus';
import { encode, encoderGraph, headGraph } from '../../models/autosamus/graphs';
import { imageInput } from '../../models/autosamus/graphs';
import { readSafetensors, readTorchCheckpoint, type TensorMap, toFloat32 } from '../../models/checkpoint';
import { createSession, foldConstants, type TensorData, type WeightLookup } from '../../models/graph';
import { gradients } from '../../models/graph/gradients';
import { param, type Shape, type Value } from '../../models/graph/value';
import { ADAM, headLoss, Trainer } from '../../models/training';
import { maxAbsolute, relativeL2 } from '../support/numbers';

const FIXTURES = '../shared/fixtures';
const has = existsSync(`${FIXTURES}/autosamus_p64.pth`);
const reason = has ? '' : ' (skipped: ../shared/fixtures is not here)';

interface Reference {
  readonly data: Map<string, Float32Array>;
  readonly shapes: Map<string, Shape>;
  readonly weights: WeightLookup;
  readonly inputs: TensorMap;
}

async function load(): Promise<Reference> {
  const { tensors } = await readTorchCheckpoint(`${FIXTURES}/autosamus_p64.pth`);
  const data = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) data.set(name, toFloat32(await tensor.read()));
  return {
    data,
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    weights: (name) => {
      const values = data.get(name)!;
      return {
        kind: 'inline',
        type: 'float32',
        data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      };
    },
    inputs: await readSafetensors(`${FIXTURES}/inputs.safetensors`),
  };
}

describe.skipIf(!has)(`parity with the reference${reason}`, () => {
  let reference: Reference;
  let embeddings: TensorData;
  const file = (name: string) => readSafetensors(`${FIXTURES}/${name}.safetensors`);
  const values = (map: TensorMap, name: string) => toFloat32(map.get(name)!);
  const model = () => inferModelConfig(reference.shapes, 'fixture');
  const head = () => inferHeadConfig(reference.shapes, 'fixture')!;

  beforeAll(async () => {
    reference = await load();
    const folded = await foldConstants(encoderGraph(model(), 2), reference.weights);
    const session = await createSession(folded, reference.weights);
    const image = { shape: [2, 1, 256, 256], data: values(reference.inputs, 'image') };
    embeddings = (await session.run({ image })).image_embedding!;
    await session.release();
  });

  it('gives the reference embedding and every intermediate within 1e-3', async () => {
    const expected = await file('samus_p64_intermediates');
    const trace: { values: Record<string, Value> } = { values: {} };
    const embedding = encode(imageInput(1), model(), trace);
    const session = await createSession({ ...trace.values, image_embedding: embedding }, reference.weights);
    const image = { shape: [1, 1, 256, 256], data: values(reference.inputs, 'image').slice(0, 65536) };
    const results = await session.run({ image });
    const compared = [...expected.keys()].map((name) => [
      name,
      maxAbsolute(results[name]!.data, values(expected, name)),
    ]);
    console.log('largest absolute difference of intermediates', Object.fromEntries(compared));
    expect(compared.length).toBeGreaterThan(10);
    for (const [, difference] of compared) expect(difference).toBeLessThan(1e-3);
    await session.release();
  });

  it.each([1, 2])('proposes what the reference proposes for a batch of %i', async (batch) => {
    const expected = await file('autosamus_p64_io');
    const session = await createSession(headGraph(model(), head(), batch), reference.weights);
    const shape = [batch, ...embeddings.shape.slice(1)];
    const data = embeddings.data.slice(0, (embeddings.data.length / 2) * batch);
    const { low_res, iou } = await session.run({ image_embedding: { shape, data } });
    expect(maxAbsolute(low_res!.data, values(expected, `b${batch}.low_res`))).toBeLessThan(1e-3);
    expect(maxAbsolute(iou!.data, values(expected, `b${batch}.iou`))).toBeLessThan(1e-3);
    await session.release();
  });

  it('gives the gradients of every trainable parameter within 1e-3 relative L2', async () => {
    const expected = await file('autosamus_p64_grads');
    const names = [...expected.keys()].map((key) => key.slice('grad.'.length));
    const loss = headLoss(model(), head(), 2);
    const grads = gradients(
      loss,
      names.map((name) => param(name, reference.shapes.get(name)!)),
    );
    const graph = Object.fromEntries(grads.map((grad, i) => [`grad.${names[i]!}`, grad]));
    const session = await createSession(graph, reference.weights);
    const results = await session.run({ image_embedding: embeddings, target: target() });
    const errors = names.map((name) => relativeL2(results[`grad.${name}`]!.data, values(expected, `grad.${name}`)));
    console.log(`largest relative L2 of ${names.length} gradients`, Math.max(...errors));
    expect(names.length).toBeGreaterThan(100);
    for (const error of errors) expect(error).toBeLessThan(1e-3);
    await session.release();
  });

  it.each([
    ['adam', 0],
    ['adamw', 0.1],
  ])('follows the reference over three steps of %s', async (name, weightDecay) => {
    const meta = JSON.parse(readFileSync(`${FIXTURES}/meta.json`, 'utf8'));
    const losses: number[] = meta.train_p64[name].losses_before_step_0_1_2_and_after_3;
    const start = new Map(headTensors().map(([key, shape]) => [key, { shape, data: reference.data.get(key)! }]));
    const trainer = await Trainer.create({
      loss: headLoss(model(), head(), 2),
      start,
      frozen: reference.weights,
      optimizer: { ...ADAM, weightDecay },
    });
    const batch = { image_embedding: embeddings, target: target() };
    const measured = [];
    for (let step = 0; step < 3; step++) measured.push(await trainer.train(batch, 5e-4));
    const moved = new Map([...trainer.parameters()].map(([key, { data }]) => [key, data]));
    measured.push(await trainer.train(batch, 5e-4));
    console.log(name, 'losses', measured, 'reference', losses);
    measured.forEach((loss, step) => expect(Math.abs(loss - losses[step]!)).toBeLessThan(1e-4));
    if (name === 'adam') await expectUpdates(moved);
    await trainer.release();
  });

  async function expectUpdates(moved: Map<string, Float32Array>): Promise<void> {
    const after = await file('autosamus_p64_after3_adam');
    const errors = [...after.keys()].flatMap((key) => {
      const name = key.slice('adam3.'.length);
      const from = reference.data.get(name)!;
      const step = (to: Float32Array) => to.map((value, i) => value - from[i]!);
      const expected = step(values(after, key));
      // Parameters that never get a gradient do not move, here as there.
      if (expected.every((value) => value === 0)) return step(moved.get(name)!).some((v) => v !== 0) ? [1] : [];
      return [relativeL2(step(moved.get(name)!), expected)];
    });
    console.log('largest relative L2 of an update after 3 steps', Math.max(...errors));
    expect(errors.length).toBeGreaterThan(100);
    for (const error of errors) expect(error).toBeLessThan(5e-2);
  }

  function target(): TensorData {
    return { shape: [2, 1, 128, 128], data: values(reference.inputs, 'low_mask') };
  }

  function headTensors(): (readonly [string, Shape])[] {
    return [...reference.shapes].filter(([name]) => /^(prompt_generator|feature_adapter)\./.test(name));
  }
});
