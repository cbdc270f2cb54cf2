/** `sonomask predict`: one image, one mask. */
import { resolve } from 'node:path';
import type { Prompt, PromptBox, PromptPoint } from '../../../shared/domain';
import { areaPx, boundingBox } from '../../../shared/mask';
import { writeMaskPng } from '../../export';
import { readImage } from '../../study';
import { parseNumber, usage } from '../arguments';
import { type Command, EXIT } from '../command';
import { labelOf, MODEL_OPTION, openModel, withPredictor } from '../open-model';

export const predict: Command = {
  name: 'predict',
  summary: 'Outline one structure in one image, with or without prompts.',
  operands: '<image>',
  options: {
    out: { value: 'mask.png', help: 'the mask to write: 0 and 255, of the size of the image' },
    points: { value: '"x,y,+;x,y,-"', help: 'points inside (+) and outside (-)' },
    box: { value: 'x0,y0,x1,y1', help: 'a box around it' },
    label: { value: 'LABEL', help: 'whose head proposes where there is no prompt; default: the only one of the model' },
    frame: { value: 'N', help: 'of a loop, a volume or several pages; the first is 1, which is the default' },
    model: MODEL_OPTION,
  },
  details: `
Coordinates are pixels of the image: (0,0) is its upper left corner, (0.5,0.5) the centre of its first pixel.
With points or a box the mask is what they ask for; without, it is the proposal of the label's head.`,
  run: async (args) => {
    const path = resolve(args.operand('image'));
    const out = resolve(args.required('out'));
    if (out === path) throw usage('--out', `${out} is the image itself`);
    const prompt = promptOf(args.text('points'), args.text('box'));
    const model = await openModel(args);
    const label = prompt ? args.text('label') : labelOf(model, args.text('label'));
    const { frame } = await readImage(path, frameOf(args.text('frame')));
    const { mask, iou } = await withPredictor(model, async (predictor) => {
      const embedding = await predictor.encode(frame);
      return prompt ? predictor.decode(embedding, prompt) : predictor.propose(embedding, label ?? '');
    });
    await writeMaskPng(out, mask);
    const { widthPx, heightPx } = frame;
    const [area, bbox] = [areaPx(mask), boundingBox(mask)];
    return {
      exitCode: EXIT.done,
      json: {
        ...{ image: path, out, model: model.manifest.id, ...(label !== undefined && { label }) },
        ...{ ...(prompt && { prompt }), widthPx, heightPx, iou, areaPx: area, bbox },
      },
      text: `${out}: ${area} of ${widthPx}x${heightPx} px, predicted IoU ${iou.toFixed(2)}`,
    };
  },
};

/** 0-based. @throws AppError `usage` */
function frameOf(text: string | undefined): number {
  const frame = text === undefined ? 1 : parseNumber('--frame', text);
  if (!Number.isInteger(frame) || frame < 1) throw usage('--frame', `--frame: frames are counted 1, 2, 3; got ${text}`);
  return frame - 1;
}

/** @throws AppError `usage` */
export function promptOf(points: string | undefined, box: string | undefined): Prompt | undefined {
  if (points === undefined && box === undefined) return undefined;
  return {
    points: points === undefined ? [] : pointsOf(points),
    ...(box !== undefined && { box: boxOf(box) }),
  };
}

function pointsOf(text: string): PromptPoint[] {
  const parts = text.split(';').filter((part) => part.trim() !== '');
  if (parts.length === 0) throw usage('--points', '--points names no point');
  return parts.map((part) => {
    const [x, y, sign, ...rest] = part.split(',').map((value) => value.trim());
    if (x === undefined || y === undefined || (sign !== '+' && sign !== '-') || rest.length > 0) {
      throw usage('--points', `--points: "${part}" is not of the form x,y,+ or x,y,-`);
    }
    return { x: coordinate('--points', x), y: coordinate('--points', y), positive: sign === '+' };
  });
}

function boxOf(text: string): PromptBox {
  const [x0, y0, x1, y1, ...rest] = text.split(',').map((value) => coordinate('--box', value));
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined || rest.length > 0) {
    throw usage('--box', '--box takes four numbers: x0,y0,x1,y1');
  }
  if (x0 >= x1 || y0 >= y1) throw usage('--box', '--box: x0 must be left of x1 and y0 above y1');
  return { x0, y0, x1, y1 };
}

/** What lies beyond the image is for the model to refuse, which knows its size. */
function coordinate(option: string, text: string): number {
  const value = parseNumber(option, text);
  if (value < 0) throw usage(option, `${option}: ${value} lies outside the image`);
  return value;
}
