/**
 * Feeds raw tensors to a model, as the reference's `forward` takes them: for comparing numbers, not for annotating. All
 * coordinates are the network's own (256 px frame, pixel centres at whole numbers). `Predictor` is for images.
 */
import {
  decoderGraph,
  encoderGraph,
  GRID_SIZE,
  headGraph,
  INPUT_SIZE_PX,
  LOW_RES_SIZE,
  POINT_LABEL,
} from '../../../models/autosamus';
import { type TensorMap, toFloat32 } from '../../../models/checkpoint';
import type { Model } from '../../../models/folder';
import { createSession, foldConstants, type Session, type TensorData } from '../../../models/graph';
import { AppError } from '../../../shared/errors';
import { resizeLogits } from '../../../shared/image';

export type NamedTensors = Map<string, TensorData>;

type Graph = Parameters<typeof foldConstants>[0];
type Weights = Model['weights'];

/** Prompts of one object for each image of the batch. */
interface ObjectPrompts {
  /** [B, N, 2] */
  readonly points: TensorData;
  /** [B, N] of `POINT_LABEL` */
  readonly labels: TensorData;
}

/**
 * @param inputs `image` [B, 1, 256, 256] in [0, 1]; optional `points` [B, N, 2] with `point_labels` [B, N], or [B, O, N, 2]
 *   with [B, O, N] for O objects; `boxes` [B, 4]; `mask_input` [B, 1, 128, 128]
 * @param label of the head for `auto.*`; the model's first where none is given
 * @returns `image_embedding` [B, C, 32, 32], `low_res` [B, O, 128, 128], `masks` [B, O, 256, 256], `iou` [B, O], and with
 *   a head `auto.low_res` [B, 1, 128, 128], `auto.masks` [B, 1, 256, 256], `auto.iou` [B, 1]
 * @throws AppError `prompt-invalid` for a tensor of another shape, `label-unknown`.
 */
export async function runTensors(model: Model, inputs: TensorMap, label?: string): Promise<NamedTensors> {
  const { config, heads } = model.manifest;
  const given = (name: string) => {
    const tensor = inputs.get(name);
    return tensor && { shape: tensor.shape, data: toFloat32(tensor) };
  };
  const image = given('image');
  const batch = image?.shape[0] ?? 0;
  const checked = checkShape('image', image, [batch, 1, INPUT_SIZE_PX, INPUT_SIZE_PX]);
  const mask = given('mask_input');
  const prompts = promptsOf(batch, given('points'), given('point_labels'), given('boxes'));
  const maskInput = {
    mask_input: mask
      ? checkShape('mask_input', mask, [batch, 1, LOW_RES_SIZE, LOW_RES_SIZE])
      : zeros([batch, 1, LOW_RES_SIZE, LOW_RES_SIZE]),
    has_mask: { shape: [batch, 1], data: new Float32Array(batch).fill(mask ? 1 : 0) },
  };
  const head = heads.length > 0 || label !== undefined ? model.head(label ?? heads[0]?.label ?? '') : undefined;

  const { image_embedding } = await runOnce(model, encoderGraph(config, batch), model.weights, { image: checked });
  const embedding = checkShape('image_embedding', image_embedding, [batch, config.promptDim, GRID_SIZE, GRID_SIZE]);
  const results: NamedTensors = new Map([['image_embedding', embedding]]);
  const places = prompts[0]?.labels.shape[1] ?? 1;
  const predicted = await withSession(model, decoderGraph(config, batch, places), model.weights, async (session) => {
    const objects = [];
    for (const { points, labels } of prompts) {
      objects.push(await session.run({ image_embedding: embedding, points, point_labels: labels, ...maskInput }));
    }
    return objects;
  });
  addMasks(results, '', stackObjects(predicted, batch));
  if (head) {
    const graph = headGraph(config, head.config, batch);
    const proposal = await runOnce(model, graph, model.headWeights(head.label), { image_embedding: embedding });
    addMasks(results, 'auto.', stackObjects([proposal], batch));
  }
  return results;
}

async function withSession<T>(
  { folder }: Model,
  graph: Graph,
  weights: Weights,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const options = { weightsFolder: folder };
  const session = await createSession(await foldConstants(graph, weights, options), weights, options);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

function runOnce(model: Model, graph: Graph, weights: Weights, feeds: Record<string, TensorData>) {
  return withSession(model, graph, weights, (session) => session.run(feeds));
}

/** Points, then the box's corners; SAM pads with a point of its own where there are points and no box. */
function promptsOf(
  batch: number,
  points: TensorData | undefined,
  labels: TensorData | undefined,
  boxes: TensorData | undefined,
): ObjectPrompts[] {
  if ((points === undefined) !== (labels === undefined)) {
    throw new AppError('prompt-invalid', 'points', 'points and point_labels go together');
  }
  const box = boxes && checkShape('boxes', boxes, [batch, 4]);
  const objects = points?.shape.length === 4 ? (points.shape[1] ?? 0) : 1;
  const places = points?.shape.at(-2) ?? 0;
  const objectAxis = points?.shape.length === 4 ? [objects] : [];
  if (points) checkShape('points', points, [batch, ...objectAxis, places, 2]);
  if (labels) checkShape('point_labels', labels, [batch, ...objectAxis, places]);
  const extra = box ? 2 : 1;
  return Array.from({ length: objects }, (_, object) => {
    const allPoints = zeros([batch, places + extra, 2]);
    const allLabels = { shape: [batch, places + extra], data: new Float32Array(batch * (places + extra)) };
    allLabels.data.fill(POINT_LABEL.absent);
    for (let image = 0; image < batch; image++) {
      const from = (image * objects + object) * places;
      const to = image * (places + extra);
      if (points) allPoints.data.set(points.data.subarray(2 * from, 2 * (from + places)), 2 * to);
      if (labels) allLabels.data.set(labels.data.subarray(from, from + places), to);
      if (box) {
        allPoints.data.set(box.data.subarray(4 * image, 4 * image + 4), 2 * (to + places));
        allLabels.data.set([POINT_LABEL.boxMin, POINT_LABEL.boxMax], to + places);
      } else if (places > 0) allLabels.data[to + places] = POINT_LABEL.padding;
    }
    return { points: allPoints, labels: allLabels };
  });
}

function zeros(shape: readonly number[]): TensorData {
  return { shape, data: new Float32Array(shape.reduce((count, size) => count * size, 1)) };
}

/** Low-resolution logits and IoU of several objects, side by side on the second axis. */
function stackObjects(objects: readonly Record<string, TensorData>[], batch: number) {
  const lowRes = zeros([batch, objects.length, LOW_RES_SIZE, LOW_RES_SIZE]);
  const iou = zeros([batch, objects.length]);
  const area = LOW_RES_SIZE * LOW_RES_SIZE;
  objects.forEach((outputs, object) => {
    const logits = checkShape('low_res', outputs['low_res'], [batch, 1, LOW_RES_SIZE, LOW_RES_SIZE]);
    const quality = checkShape('iou', outputs['iou'], [batch, 1]);
    for (let image = 0; image < batch; image++) {
      const to = image * objects.length + object;
      lowRes.data.set(logits.data.subarray(image * area, (image + 1) * area), to * area);
      iou.data[to] = quality.data[image] as number;
    }
  });
  return { lowRes, iou };
}

function addMasks(results: NamedTensors, prefix: string, { lowRes, iou }: ReturnType<typeof stackObjects>): void {
  const [batch = 0, objects = 0] = lowRes.shape;
  const masks = zeros([batch, objects, INPUT_SIZE_PX, INPUT_SIZE_PX]);
  const [from, to] = [LOW_RES_SIZE * LOW_RES_SIZE, INPUT_SIZE_PX * INPUT_SIZE_PX];
  for (let i = 0; i < batch * objects; i++) {
    const logits = lowRes.data.subarray(i * from, (i + 1) * from);
    masks.data.set(resizeLogits(logits, LOW_RES_SIZE, LOW_RES_SIZE, INPUT_SIZE_PX, INPUT_SIZE_PX), i * to);
  }
  results.set(`${prefix}low_res`, lowRes).set(`${prefix}masks`, masks).set(`${prefix}iou`, iou);
}

function checkShape(name: string, tensor: TensorData | undefined, shape: readonly number[]): TensorData {
  if (!tensor || tensor.shape.join() !== shape.join() || shape.includes(0)) {
    const got = tensor ? `[${tensor.shape.join(', ')}]` : 'nothing';
    throw new AppError('prompt-invalid', name, `${name} must be [${shape.join(', ')}], got ${got}`);
  }
  return tensor;
}
