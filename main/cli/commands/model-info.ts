/** `sonomask model info`: what a model folder holds, after checking all of it. */
import { join } from 'node:path';
import { readSafetensorsHeader } from '../../../models/checkpoint';
import { headFilePath, type Model, readModel } from '../../../models/folder';
import { type Command, EXIT } from '../command';

export const modelInfo: Command = {
  name: 'model info',
  summary: 'Check a model folder and tell what it holds.',
  operands: '<MODEL>',
  options: {},
  run: async (args) => ({
    exitCode: EXIT.done,
    ...(await describeModel(await readModel(args.operand('model folder')))),
  }),
};

/** The manifest, with the number of parameters of each part. */
export async function describeModel(model: Model): Promise<{ json: object; text: string }> {
  const { folder, manifest } = model;
  const parameters = async (path: string): Promise<number> => {
    const { tensors } = await readSafetensorsHeader(path);
    return [...tensors.values()].reduce((sum, { shape }) => sum + shape.reduce((count, size) => count * size, 1), 0);
  };
  const heads = [];
  for (const head of manifest.heads) {
    heads.push({ ...head, parameters: await parameters(headFilePath(model, head)) });
  }
  const encoder = await parameters(join(folder, 'encoder.safetensors'));
  const decoder = await parameters(join(folder, 'decoder.safetensors'));
  const millions = (count: number) => `${(count / 1e6).toFixed(2)} M parameters`;
  const lines = [
    `${manifest.name} (${manifest.id})`,
    `encoder: ${manifest.config.encoder.kind}, ${millions(encoder)}`,
    `decoder: width ${manifest.config.promptDim}, ${millions(decoder)}`,
    ...heads.map((head) => `head: ${head.label} ${head.version}, ${millions(head.parameters)}`),
    ...(heads.length === 0 ? ['no head: points and boxes only'] : []),
    `provenance: ${manifest.provenance}`,
    `licence: ${manifest.licence}`,
  ];
  return { json: { folder, ...manifest, heads, parameters: { encoder, decoder } }, text: lines.join('\n') };
}
