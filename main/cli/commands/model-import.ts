/** `sonomask model import`: a published checkpoint becomes a model folder. */
import type { Command } from '../command';
import { EXIT } from '../command';
import { importCheckpoint } from '../tasks/import-checkpoint';
import { describeModel } from './model-info';

export const modelImport: Command = {
  name: 'model import',
  summary: 'Make a model folder from a SAMUS or AutoSAMUS checkpoint (.pth).',
  operands: '<file.pth>',
  options: {
    label: { value: 'LABEL', help: 'what the head of the checkpoint draws; needed where it has one (AutoSAMUS)' },
    out: { value: 'MODEL', help: 'the model folder to make; must not exist yet' },
  },
  details: `
Both containers of PyTorch are read, bare state dicts and those under "model" or "state_dict", with and without the
prefix "module.". No code of the file is run. Weights that are NaN or infinite are refused.`,
  run: async (args, { progress }) => {
    const out = args.required('out');
    const { model, container, dropped } = await importCheckpoint(
      args.operand('checkpoint file'),
      args.text('label'),
      out,
    );
    if (dropped.length > 0) progress.note(`Left out, not part of the model: ${dropped.join(', ')}`);
    const info = await describeModel(model);
    return {
      exitCode: EXIT.done,
      json: { ...info.json, container, dropped },
      text: `Imported into ${out}\n${info.text}`,
    };
  },
};
