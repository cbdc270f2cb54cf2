/**
 * `tsx models/training/export-graphs.ts LITE_MEDSAM.pth OUT [BATCH]`: writes the start weights and the forward graphs of
 * the bundled model as ONNX, for `pretrain.py`, which executes and differentiates them with PyTorch.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLED, BUNDLED_HEAD } from '../autosamus/config';
import { decoderGraph, encoderGraph, headGraph } from '../autosamus/graphs';
import { readSafetensorsHeader, writeSafetensors } from '../checkpoint';
import { toOnnx, type WeightLookup } from '../graph/onnx';
import type { Value } from '../graph/value';
import { startFromLiteMedSam } from './foundation';

const LABELS = ['breast-lesion', 'fetal-head'];
const WEIGHTS_FILE = 'weights.safetensors';
const POINTS = 8;
const SEED = 1234;

const [foundation, out, batch = '8'] = process.argv.slice(2);
if (!foundation || !out) {
  console.error('usage: tsx models/training/export-graphs.ts LITE_MEDSAM.pth OUT [BATCH]');
  process.exit(2);
}

await mkdir(out, { recursive: true });
const weights = await startFromLiteMedSam(foundation, BUNDLED, BUNDLED_HEAD, LABELS, SEED);
await writeSafetensors(
  join(out, WEIGHTS_FILE),
  [...weights].map(([name, { shape, data }]) => [name, { dtype: 'F32', shape, data }] as const),
);
const { tensors } = await readSafetensorsHeader(join(out, WEIGHTS_FILE));
const lookup: WeightLookup = (name) => {
  const info = tensors.get(name);
  if (!info) throw new Error(`no weight ${name}`);
  return { kind: 'external', type: 'float32', file: WEIGHTS_FILE, offset: info.byteOffset, length: info.byteLength };
};
const graphs: Record<string, Record<string, Value>> = {
  encoder: encoderGraph(BUNDLED, Number(batch)),
  decoder: decoderGraph(BUNDLED, Number(batch), POINTS),
  ...Object.fromEntries(
    LABELS.map((label) => [`head-${label}`, headGraph(BUNDLED, BUNDLED_HEAD, Number(batch), `heads.${label}`)]),
  ),
};
for (const [name, graph] of Object.entries(graphs)) {
  await writeFile(join(out, `${name}.onnx`), toOnnx(graph, lookup));
}
console.log(`${weights.size} weights and ${Object.keys(graphs).join(', ')} in ${out}`);
