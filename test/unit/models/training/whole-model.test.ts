/** Training reaches every part of the model, on both foundations: gradients are right and the loss falls. */
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../../models/autosamus';
import { createSession, parametersOf, type TensorData } from '../../../../models/graph';
import { gradients } from '../../../../models/graph/gradients';
import { param } from '../../../../models/graph/value';
import { ADAM, initialWeight, modelLoss, seededRandom, type Tensors, Trainer } from '../../../../models/training';
import { TINY_CONFIG, TINY_HEAD } from '../../../support/tiny-model';

const TINY_TINYVIT: ModelConfig = {
  ...TINY_CONFIG,
  encoder: {
    kind: 'tinyvit',
    embedDims: [8, 8, 12, 16],
    depths: [1, 1, 1, 2],
    heads: [2, 2, 2, 2],
    windows: [7, 7, 14, 7],
    patchSize: 2,
    strides: [2, 2, 1],
    globalBlocks: [0, 1],
    adapterDim: 4,
    inputAdapterDim: 4,
    cnnBase: 2,
  },
};

/** A bright square on noise, its mask and one positive point in it. */
function batch(): Record<string, TensorData> {
  const random = seededRandom('image');
  const inside = (i: number, side: number) => {
    const [x, y] = [((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side];
    return x > 0.3 && x < 0.6 && y > 0.4 && y < 0.8;
  };
  const image = Float32Array.from({ length: 256 * 256 }, (_, i) => (inside(i, 256) ? 0.8 : 0.2) + 0.1 * random());
  const target = Float32Array.from({ length: 128 * 128 }, (_, i) => (inside(i, 128) ? 1 : 0));
  return {
    image: { shape: [1, 1, 256, 256], data: image },
    target: { shape: [1, 1, 128, 128], data: target },
    points: { shape: [1, 2, 2], data: Float32Array.of(115, 150, 0, 0) },
    point_labels: { shape: [1, 2], data: Float32Array.of(1, -1) },
    mask_input: { shape: [1, 1, 128, 128], data: target.map((t) => 8 * t - 4) },
    has_mask: { shape: [1, 1], data: Float32Array.of(1) },
  };
}

function start(config: ModelConfig): Tensors {
  const random = seededRandom('start');
  const weights: Tensors = new Map();
  for (const [name, shape] of parametersOf([modelLoss(config, TINY_HEAD, 1, 2)])) {
    // Parts that start silent are woken up, so that gradients flow through them.
    const data = initialWeight(name, shape, 1).map((value) => value + 0.02 * (random() - 0.5));
    weights.set(name, { shape, data });
  }
  return weights;
}

const frozen = () => {
  throw new Error('nothing is frozen');
};

describe.each([
  ['ViT', TINY_CONFIG],
  ['TinyViT', TINY_TINYVIT],
])('the whole model on %s', (_name, config) => {
  it('has right gradients in every part', async () => {
    const weights = start(config);
    const names = [...weights.keys()];
    const loss = modelLoss(config, TINY_HEAD, 1, 2);
    const grads = gradients(
      loss,
      names.map((name) => param(name, weights.get(name)!.shape)),
    );
    const outputs = { loss, ...Object.fromEntries(grads.map((grad, i) => [`grad.${names[i]!}`, grad])) };
    const session = await createSession(outputs, () => ({ kind: 'input' }));
    const evaluate = async (at: Tensors) => session.run({ ...batch(), ...Object.fromEntries(at) });
    const analytic = await evaluate(weights);
    const parts = [/cnn_embed/, /image_encoder\.patch_embed/, /image_encoder\.(layers|blocks)\.0\./, /image_encoder\.(layers|blocks)\.1\./, /Space_Adapter/, /MLP_Adapter/, /attn\.qkv/, /neck/,
      /mask_downscaling/, /mask_decoder\.transformer/, /output_upscaling/, /prompt_generator/, /feature_adapter/]; // prettier-ignore
    for (const part of parts) {
      const chosen = names.filter((name) => part.test(name));
      expect(chosen.length, `${part}`).toBeGreaterThan(0);
      // Along the gradient itself, where the change is largest against float32 noise.
      const norm = Math.sqrt(chosen.reduce((sum, n) => sum + square(analytic[`grad.${n}`]!.data), 0));
      expect(norm, `${part}`).toBeGreaterThan(0);
      // Layer norms of nearly constant channels bend the loss strongly: a small step.
      const step = 2e-4;
      const moved = (sign: number): Tensors =>
        new Map(
          [...weights].map(([name, { shape, data }]) => {
            const grad = chosen.includes(name) ? analytic[`grad.${name}`]!.data : undefined;
            return [name, { shape, data: grad ? data.map((w, i) => w + (sign * step * grad[i]!) / norm) : data }];
          }),
        );
      const [after, before] = [await evaluate(moved(1)), await evaluate(moved(-1))];
      const numeric = (after.loss!.data[0]! - before.loss!.data[0]!) / (2 * step);
      expect(Math.abs(numeric - norm), `${part}: ${norm} against ${numeric}`).toBeLessThan(0.05 * norm + 1e-3);
    }
    await session.release();
  });

  it('learns one image when all of it is trained', async () => {
    const loss = modelLoss(config, TINY_HEAD, 1, 2);
    const trainer = await Trainer.create({ loss, start: start(config), frozen, optimizer: ADAM });
    const losses = [];
    for (let i = 0; i < 15; i++) losses.push(await trainer.train(batch(), 5e-3));
    expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
    await trainer.release();
  });

  it('moves only what it is asked to train', async () => {
    const all = start(config);
    const chosen = new Map([...all].filter(([name]) => /Adapter|cnn_embed/.test(name)));
    const weights = (name: string) => {
      const { data } = all.get(name)!;
      return {
        kind: 'inline',
        type: 'float32',
        data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      } as const;
    };
    const loss = modelLoss(config, TINY_HEAD, 1, 2);
    const trainer = await Trainer.create({ loss, start: chosen, frozen: weights, optimizer: ADAM });
    await trainer.train(batch(), 1e-3);
    expect([...trainer.parameters().keys()].sort()).toEqual([...chosen.keys()].sort());
    for (const [name, { data }] of trainer.parameters()) expect(data, name).not.toEqual(chosen.get(name)!.data);
    await trainer.release();
  });
});

function square(values: Float32Array): number {
  return values.reduce((sum, v) => sum + v * v, 0);
}
