/** `sonomask model run`: raw tensors in, raw tensors out. */
import { readSafetensors, writeSafetensors } from '../../../models/checkpoint';
import { readModel } from '../../../models/folder';
import { type Command, EXIT } from '../command';
import { runTensors } from '../tasks/run-tensors';

export const modelRun: Command = {
  name: 'model run',
  summary: 'Feed raw tensors to a model and write what it computes, for comparing numbers.',
  operands: '<MODEL>',
  options: {
    in: { value: 'FILE', help: 'tensors.safetensors with the inputs' },
    out: { value: 'FILE', help: 'out.safetensors to write' },
    label: { value: 'LABEL', help: "the head of auto.*; default: the model's first" },
  },
  details: `
Inputs: image [B,1,256,256] in [0,1]; optional points [B,N,2] with point_labels [B,N] (1 inside, 0 outside), or
[B,O,N,2] with [B,O,N] for O objects; boxes [B,4]; mask_input [B,1,128,128]. Coordinates are those of the 256x256 frame,
pixel centres at whole numbers, as the reference takes them.
Outputs: image_embedding [B,C,32,32], low_res [B,O,128,128], masks [B,O,256,256], iou [B,O] (O = 1 without objects); with a
head auto.low_res, auto.masks, auto.iou.`,
  run: async (args, { progress }) => {
    const model = await readModel(args.operand('model folder'));
    const inputs = await readSafetensors(args.required('in'));
    const out = args.required('out');
    const label = args.text('label') ?? model.manifest.heads[0]?.label;
    if (args.text('label') === undefined && model.manifest.heads.length > 1) {
      progress.note(`auto.* are of the head "${label}"; --label picks another`);
    }
    const results = await runTensors(model, inputs, label);
    await writeSafetensors(
      out,
      [...results].map(([name, { shape, data }]) => [name, { dtype: 'F32', shape, data }] as const),
    );
    const shapes = Object.fromEntries([...results].map(([name, { shape }]) => [name, shape]));
    return {
      exitCode: EXIT.done,
      json: { out, model: model.manifest.id, ...(label !== undefined && { label }), shapes },
      text: Object.entries(shapes)
        .map(([name, shape]) => `${name} [${shape.join(', ')}]`)
        .join('\n'),
    };
  },
};
