/**
 * Pascal VOC 2012: voc/JPEGImages (PNG inside, so that no pixel changes), Annotations with boxes, SegmentationClass and
 * SegmentationObject, ImageSets/Segmentation. It holds one object a pixel: where masks overlap the smaller one is on top.
 * Objects are numbered in the order of the boxes. The colours are VOC's own.
 */
import { boundingBox } from '../../../shared/mask';
import type { ExportJob, JobFrame, JobMask } from '../export-job';
import { encodeIndexedPng } from '../indexed-png';
import { flatMap } from '../label-map';

/** 255 means "void" in VOC. */
const MOST = 254;
const COLOURS = Array.from({ length: 256 }, (_, index) => vocColour(index));

export async function exportVoc(job: ExportJob): Promise<void> {
  const names: Record<string, string[]> = { train: [], val: [], test: [] };
  for await (const { frame, masks } of job.frames()) {
    const image = await job.pixels(frame);
    if (!image) continue;
    const { widthPx, heightPx, flatName } = frame;
    const known = job.countable({ frame, masks }, MOST);
    const numbered = known.map((mask, i) => ({ ...mask, class: mask.value, value: i + 1 }));
    const objects = job.countable({ frame, masks: numbered }, MOST);
    const { map, cut } = flatMap(objects, widthPx * heightPx);
    for (const { label } of cut) job.lost('overlap', frame, label.name);
    const classes = map.map((object) => objects[object - 1]?.class ?? 0);
    await job.writeGrey(`voc/JPEGImages/${flatName}.png`, image);
    await job.write(`voc/SegmentationObject/${flatName}.png`, encodeIndexedPng(map, widthPx, heightPx, COLOURS));
    await job.write(`voc/SegmentationClass/${flatName}.png`, encodeIndexedPng(classes, widthPx, heightPx, COLOURS));
    await job.write(`voc/Annotations/${flatName}.xml`, annotation({ frame, masks: objects }));
    names[frame.set]?.push(flatName);
  }
  const lists = { ...names, trainval: [...(names['train'] ?? []), ...(names['val'] ?? [])] };
  for (const [set, list] of Object.entries(lists)) {
    await job.write(`voc/ImageSets/Segmentation/${set}.txt`, list.map((name) => `${name}\n`).join(''));
  }
  await job.write(
    'voc/labels.txt',
    ['background', ...job.plan.labels.map(({ name }) => name)].map((name) => `${name}\n`).join(''),
  );
}

function annotation({ frame, masks }: JobFrame): string {
  return [
    '<annotation>',
    '  <folder>voc</folder>',
    `  <filename>${xml(frame.flatName)}.png</filename>`,
    '  <source><database>SonoMask</database></source>',
    `  <size><width>${frame.widthPx}</width><height>${frame.heightPx}</height><depth>1</depth></size>`,
    '  <segmented>1</segmented>',
    ...masks.map(objectOf),
    '</annotation>\n',
  ].join('\n');
}

/** Boxes of VOC count pixels from 1 and end on the last one. */
function objectOf({ label, mask }: JobMask): string {
  const [x, y, width, height] = boundingBox(mask) ?? [0, 0, 0, 0];
  const ends = `<xmin>${x + 1}</xmin><ymin>${y + 1}</ymin><xmax>${x + width}</xmax><ymax>${y + height}</ymax>`;
  const about = '<pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>';
  return `  <object><name>${xml(label.name)}</name>${about}<bndbox>${ends}</bndbox></object>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

/** VOCdevkit's VOClabelcolormap: the bits of the index, three at a time, from the top of each channel down. */
function vocColour(index: number): [number, number, number] {
  const colour: [number, number, number] = [0, 0, 0];
  for (let rest = index, bit = 7; rest > 0; rest >>= 3, bit--) {
    for (const channel of [0, 1, 2] as const) colour[channel] |= ((rest >> channel) & 1) << bit;
  }
  return colour;
}
