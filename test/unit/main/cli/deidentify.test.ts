/** `sonomask deidentify` on files and folders, and its results as pydicom and dciodvfy see them. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DeidentifiedFile } from '../../../../main/deidentify';
import { cli } from '../../../support/cli';
import { dicomFile, type DataSet } from '../../../support/dicom-builder';
import { describeWithPython, runPython } from '../../../support/python-venv';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-deidentify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly files: readonly DeidentifiedFile[];
  readonly failed: readonly { readonly subject: string; readonly code: string }[];
}

function image(instance: string, patient: string): DataSet {
  return [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.6.1'],
    [0x00080018, 'UI', instance],
    [0x00100010, 'PN', patient],
    [0x00100020, 'LO', patient],
    [0x7fe00010, 'OW', Uint8Array.of(1, 2)],
  ];
}

describe('a folder', () => {
  const study = join(folder, 'study');
  mkdirSync(join(study, 'Doe Jane'), { recursive: true });
  writeFileSync(join(study, 'Doe Jane', 'a.dcm'), dicomFile(image('1.2.1', 'Doe^Jane')));
  writeFileSync(join(study, 'Doe Jane', 'b'), dicomFile(image('1.2.2', 'Doe^Jane')));
  writeFileSync(join(study, 'c.dcm'), dicomFile(image('1.2.3', 'Roe^Richard')));
  writeFileSync(join(study, 'damaged.dcm'), dicomFile(image('1.2.4', 'Roe^Richard')).subarray(0, -1));
  writeFileSync(join(study, 'notes.txt'), 'not DICOM');
  const key = join(folder, 'key');

  it('becomes files that a key ties together; what is damaged is named and leaves nothing', async () => {
    const out = join(folder, 'out');
    const run = await cli(['deidentify', study, '--out', out, '--key', key, '--json']);
    expect(run.code).toBe(1);
    const { files, failed } = run.json<Result>();
    expect(failed).toEqual([expect.objectContaining({ subject: join(study, 'damaged.dcm'), code: 'format-corrupt' })]);
    expect(readdirSync(out).sort()).toEqual(files.map(({ sopInstance }) => `${sopInstance}.dcm`).sort());
    const [c, a, b] = ['c.dcm', 'a.dcm', 'b'].map((name) => files.find(({ source }) => source.endsWith(name)));
    expect([a?.patient === b?.patient, a?.patient === c?.patient]).toEqual([true, false]);
    const again = await cli(['deidentify', study, '--out', join(folder, 'again'), '--key', key, '--json']);
    expect(again.json<Result>().files.map(({ sopInstance }) => sopInstance)).toEqual(
      files.map(({ sopInstance }) => sopInstance),
    );
  });

  it('takes files that links lead to, and tells of links that it does not follow', async () => {
    const linked = join(folder, 'linked');
    mkdirSync(linked);
    symlinkSync(join(study, 'c.dcm'), join(linked, 'c.dcm'));
    symlinkSync(join(study, 'Doe Jane'), join(linked, 'more'));
    symlinkSync(join(study, 'gone.dcm'), join(linked, 'gone.dcm'));
    const run = await cli(['deidentify', linked, '--out', join(folder, 'of links'), '--json']);
    const { files, failed } = run.json<Result>();
    expect(files.map(({ source }) => source)).toEqual([join(linked, 'c.dcm')]);
    expect(failed.map(({ subject }) => basename(subject)).sort()).toEqual(['gone.dcm', 'more']);
  });

  it.each([
    ['no path', []],
    ['a rectangle of no size', [study, '--keep', '3,3,3,9']],
    ['both ways of blanking', [study, '--keep', '0,0,3,9', '--blank']],
  ])('is wrong usage with %s', async (_, args) => {
    expect((await cli(['deidentify', ...args, '--out', join(folder, 'no')])).code).toBe(2);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });
});

const PYDICOM_FOLDER = `
import json, pydicom, os
print(json.dumps(os.path.join(os.path.dirname(pydicom.__file__), "data", "test_files")))
`;

const COMPARE = `
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy, pydicom
bytes_equal, arrays_equal, wrong = 0, 0, []
for pair in json.load(sys.stdin):
    a, b = pydicom.dcmread(pair["source"]), pydicom.dcmread(pair["file"])
    [element for element in b.iterall()]
    if b.file_meta.MediaStorageSOPInstanceUID != b.SOPInstanceUID or b.PatientIdentityRemoved != "YES":
        wrong.append(pair["source"])
    if "PixelData" not in a:
        continue
    bytes_equal += 1
    if a.PixelData != b.PixelData:
        wrong.append(pair["source"])
    try:
        before = a.pixel_array
    except Exception:
        continue
    arrays_equal += 1
    if not numpy.array_equal(before, b.pixel_array):
        wrong.append(pair["source"])
print(json.dumps({"bytesEqual": bytes_equal, "arraysEqual": arrays_equal, "wrong": wrong}))
`;

/** `examples_overlay` is of another kind, with nothing written on it. */
const VERDICTS = [
  ['examples_jpeg2k', 'likely'],
  ['examples_overlay', 'unlikely'],
  ['examples_palette', 'likely'],
  ['examples_rgb_color', 'likely'],
  ['examples_ybr_color', 'unlikely'],
];
const ULTRASOUND = [
  'examples_jpeg2k',
  'examples_overlay',
  'examples_palette',
  'examples_rgb_color',
  'examples_ybr_color',
];

describeWithPython("pydicom's test files", () => {
  const out = join(folder, 'pydicom');
  const run = (async () => {
    const source = runPython(PYDICOM_FOLDER, null) as string;
    return (await cli(['deidentify', source, '--out', out, '--json'])).json<Result>();
  })();

  it('are read by pydicom with the same pixel data, or refused', async () => {
    const { files, failed } = await run;
    expect(files.length).toBeGreaterThan(100);
    const compared = runPython(COMPARE, files) as { bytesEqual: number; arraysEqual: number; wrong: string[] };
    expect(compared.wrong).toEqual([]);
    expect(compared.bytesEqual).toBeGreaterThan(70);
    expect(compared.arraysEqual).toBeGreaterThan(50);
    for (const { code } of failed) expect(['format-corrupt', 'format-unknown']).toContain(code);
  });

  it('are warned of where an ultrasound machine wrote around its picture', async () => {
    const burntIn = Object.fromEntries(
      (await run).files.map(({ source, burntIn: verdict }) => [basename(source, '.dcm'), verdict]),
    );
    expect(ULTRASOUND.map((name) => [name, burntIn[name]])).toEqual(VERDICTS);
  });

  const dciodvfy = spawnSync('dciodvfy', ['-version']).error === undefined;
  it.skipIf(!dciodvfy)(
    `give dciodvfy no new error in ultrasound${dciodvfy ? '' : ' (skipped: no dciodvfy)'}`,
    async () => {
      const errors = (path: string) =>
        spawnSync('dciodvfy', [path], { encoding: 'utf8' })
          .stderr.split('\n')
          .filter((line) => line.startsWith('Error'))
          .map((line) => line.replace(/[\d.]{8,}/g, 'UID'));
      const examples = (await run).files.filter(({ source }) => ULTRASOUND.some((name) => source.includes(name)));
      expect(examples.length).toBe(ULTRASOUND.length);
      for (const { source, file } of examples) {
        const before = new Set(errors(source));
        expect(errors(file).filter((error) => !before.has(error))).toEqual([]);
        expect(
          readFileSync(file)
            .subarray(0, 128)
            .every((byte) => byte === 0),
        ).toBe(true);
      }
    },
  );
});
