/**
 * Every file with pixels that pydicom is shipped with: the same picture as pydicom's, or refused for a reason that is
 * true. The table of what came out is docs/dicom.md; `SONOMASK_WRITE_DOCS=1 npx vitest run test/parity/dicom.test.ts`
 * writes it anew.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openImage, readImage, type DecodedImage } from '../../main/study';
import { calibrationOfFrame, mmPerPx } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import { describeWithPython, runPython } from '../support/python-venv';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DOCUMENT = at('../../docs/dicom.md');
const folder = mkdtempSync(join(tmpdir(), 'sonomask-dicom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Picture {
  readonly name: string;
  readonly syntax?: string;
  readonly photometric?: string;
  readonly error?: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly file: string;
}

/** 12-bit JPEG: two decoders may round a cosine differently. In grey levels of 256. */
const LOSSY_TOLERANCE: Readonly<Record<string, number>> = { 'JPGExtended.dcm': 1 };

/** What cannot be read, and why: part of the table, so that a new reason is noticed. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'JPEG2000-embedded-sequence-delimiter.dcm': /header says 256x1024 px.*compressed frame \d{6,}x/,
  'MR_truncated.dcm': /promises 1 frames of 8192 bytes/,
  'badVR.dcm': /Number of Frames is "1A"/,
  'meta_missing_tsyntax.dcm': /no transfer syntax/,
  'nested_priv_SQ.dcm': /Rows \(0028,0010\) is missing/,
};

/** Read here and not by pydicom's decoders: the same picture as this file, which both read. */
const SAME_AS: Readonly<Record<string, string>> = { 'JPEG-lossy.dcm': 'JPGExtended.dcm' };

describeWithPython("pydicom's test files", () => {
  test('look as pydicom shows them, or are refused with a true reason', async () => {
    const program = readFileSync(at('../support/dicom-pictures.py'), 'utf8');
    const { root, entries } = runPython(program, folder) as { root: string; entries: Picture[] };
    expect(entries.length).toBeGreaterThan(85);
    const rows: string[] = [];
    for (const entry of entries) rows.push(await row(entry, root));
    const written = document(rows);
    if (process.env['SONOMASK_WRITE_DOCS']) writeFileSync(DOCUMENT, written);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(written);

    const PALETTE_MM = 10 * 0.02622878766196998;
    const scaleAt = async (name: string, x: number, y: number) =>
      mmPerPx(calibrationOfFrame((await openImage(join(root, name))).calibration, 0), [{ x, y }]);
    // Cropped below its first region, which ends at the right edge; the second is of time, and cut off with the rest.
    expect(await scaleAt('examples_palette.dcm', 400, 200)).toEqual({ x: PALETTE_MM, y: PALETTE_MM });
    expect(await scaleAt('examples_palette.dcm', 60, 200)).toBeNull();
    // Scaled from 640 x 480 to 320 x 240: what it states is half of what is true.
    expect(await scaleAt('examples_ybr_color.dcm', 200, 120)).toBeNull();
  });
});

async function row(entry: Picture, root: string): Promise<string> {
  const { name, syntax = '', photometric = '' } = entry;
  const result = await outcome(entry, root);
  return `| ${name} | ${syntax} | ${photometric} | ${result} |`;
}

async function outcome(entry: Picture, root: string): Promise<string> {
  const { name } = entry;
  const path = join(root, name);
  const image = await openImage(path).catch((error: unknown) => error);
  const first = image instanceof Error ? image : await readImage(path).catch((error: unknown) => error);
  if (first instanceof Error) {
    const { message } = first;
    expect(isAppError(first), `${name}: ${message}`).toBe(true);
    expect(message, name).toMatch(REFUSED[name] ?? /^$/);
    return `refused: ${message.replace(`${path}: `, '')}`;
  }
  expect(Object.keys(REFUSED)).not.toContain(name);
  if (entry.error !== undefined) {
    const twin = SAME_AS[name] ?? expect.unreachable(`${name} is read here and not by pydicom: ${entry.error}`);
    expect((first as DecodedImage).frame.data, name).toEqual((await readImage(join(root, twin))).frame.data);
    return `as ${twin}, pixel by pixel; pydicom's decoders refuse it`;
  }
  const difference = await largestDifference(entry, path);
  expect(difference, name).toBeLessThanOrEqual(LOSSY_TOLERANCE[name] ?? 0);
  return difference === 0 ? 'equal' : `lossy, within ${difference} of 255`;
}

/** Over all frames, in grey levels. */
async function largestDifference({ name, frames, width, height, channels, file }: Picture, path: string) {
  const expected = readFileSync(join(folder, file));
  const length = width * height * channels;
  let largest = 0;
  for (let index = 0; index < frames; index++) {
    const { frame, metadata } = await readImage(path, index);
    expect([frame.widthPx, frame.heightPx, metadata.frameCount], name).toEqual([width, height, frames]);
    // A frame of colour in which everything is grey comes as grey.
    const shown = channels === 1 || !frame.rgb ? frame.data : frame.rgb;
    const step = shown.length === length ? 1 : channels;
    for (let i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(shown[Math.floor(i / step)]! - expected[index * length + i]!));
    }
  }
  return largest;
}

function document(rows: readonly string[]): string {
  const equal = rows.filter((line) => line.endsWith('| equal |')).length;
  return `# DICOM: what is read

Written by \`test/parity/dicom.test.ts\`, which compares every file with pixels that pydicom 3.0.2 is shipped with to
pydicom's own picture (pylibjpeg, and Pillow for JPEG baseline), all frames, pixel by pixel, as it is shown: colours as RGB,
grey through the file's rescale and window. Of ${rows.length} files ${equal} are equal.

How grey is made: modality LUT or rescale, then VOI LUT or the first window; where the file has none, 8-bit samples stay as
they are and deeper ones are spread from the frame's darkest to its brightest. Colours of more than 8 bits are scaled to 8.
A frame is known by the SHA-256 of its size and of these 8-bit grey levels; the grey of a colour is its luma (ITU-R 601).

<!-- prettier-ignore -->
| File | Transfer syntax | Photometric interpretation | Picture |
| - | - | - | - |
${rows.join('\n')}
`;
}
