/** What a file says of itself, and what of it is kept back until somebody asks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFile } from '../../../../main/study/describe-file';
import type { AttributeLine } from '../../../../shared/domain';
import { dicomFile, SYNTAXES, type DataSet, type Syntax } from '../../../support/dicom-builder';
import { temporaryFolder, writeImage } from '../inference/support';

const NAME = 'Zhang^三';
const PRIVATE_NOTE = 'seen by Dr Smith';
const LONG = 'b-mode '.repeat(200);

const HEADER: DataSet = [
  [0x00080005, 'CS', 'GB18030'],
  [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.6.1'],
  [0x00080060, 'CS', 'US'],
  [0x00081140, 'SQ', { items: [[[0x00081155, 'UI', '1.2.3']]] }],
  [0x00090010, 'LO', 'MAKER'],
  [0x00091001, 'LO', PRIVATE_NOTE],
  [0x00100010, 'PN', Buffer.from([0x5a, 0x68, 0x61, 0x6e, 0x67, 0x5e, 0xc8, 0xfd])],
  [0x00100020, 'LO', 'ID-4711'],
  [0x00181063, 'DS', '40'],
  [
    0x00186011,
    'SQ',
    {
      open: true,
      items: [
        [
          [0x00186018, 'UL', [7]],
          [0x0018601a, 'UL', [9]],
        ],
        [[0x00186018, 'UL', [8]]],
      ],
    },
  ],
  [0x00204000, 'LT', 'patient complains'],
  [0x00280002, 'US', [1]],
  [0x00280004, 'CS', 'MONOCHROME2'],
  [0x00280008, 'IS', '1'],
  [0x00280010, 'US', [2]],
  [0x00280011, 'US', [2]],
  [0x00280100, 'US', [8]],
  [0x00280101, 'US', [8]],
  [0x00280102, 'US', [7]],
  [0x00280103, 'US', [0]],
  [0x00283003, 'LO', LONG],
  [0x00287fe0, 'UT', 'x'],
  [0x60003000, 'OB', new Uint8Array(64)],
  [0x7fe00010, 'OB', new Uint8Array([1, 2, 3, 4])],
];

async function described(patientData: boolean, syntax: Syntax = 'explicit') {
  const path = join(temporaryFolder(), 'a.dcm');
  writeFileSync(path, dicomFile(HEADER, syntax));
  const file = await describeFile(path, 0, patientData);
  const lines = file.attributes!;
  const by = (tag: string): AttributeLine | undefined => lines.find((line) => line.tag === tag);
  return { file, lines, by };
}

describe('a DICOM file', () => {
  it.each(Object.keys(SYNTAXES) as Syntax[])('is told attribute by attribute, %s', async (syntax) => {
    const { file, lines, by } = await described(true, syntax);
    expect(file).toMatchObject({ format: 'dicom', frameCount: 1, channels: 1, bitsPerSample: 8, hidden: 0 });
    expect(file.transferSyntax).toBe(SYNTAXES[syntax]);
    expect(by('(0002,0010)')).toMatchObject({ name: 'Transfer Syntax UID', value: SYNTAXES[syntax] });
    const tags = lines.filter(({ depth }) => depth === 0).map(({ tag }) => tag);
    expect(tags).toEqual([...new Set(tags)].sort());
    expect(by('(0008,0060)')).toMatchObject({ depth: 0, name: 'Modality', vr: 'CS', value: 'US', isPrivate: false });
    expect(by('(0010,0010)')).toMatchObject({ name: "Patient's Name", vr: 'PN', value: NAME });
    expect(by('(0028,0010)')).toMatchObject({ name: 'Rows', vr: 'US', value: '2' });
    expect(by('(0018,6011)')).toMatchObject({
      name: 'Sequence of Ultrasound Regions',
      vr: 'SQ',
      items: 2,
      value: null,
    });
    const regions = lines.filter(({ tag }) => tag === '(0018,6018)');
    expect(regions.map(({ depth, value }) => [depth, value])).toEqual([
      [1, '7'],
      [1, '8'],
    ]);
    expect(by('(0009,1001)')).toMatchObject({ name: null, isPrivate: true });
    expect(by('(6000,3000)')).toMatchObject({ name: 'Overlay Data', value: null, bytes: 64 });
    expect(by('(0028,3003)')!.value).toMatch(/^b-mode b-mode .*…$/);
    expect(by('(0028,3003)')!.value!.length).toBeLessThan(450);
    expect(by('(7FE0,0010)')?.value ?? null).toBeNull();
  });

  it('keeps back what may tell who the patient is until it is asked for', async () => {
    const { file, lines, by } = await described(false);
    const everything = JSON.stringify(file);
    for (const secret of [NAME, 'ID-4711', PRIVATE_NOTE, 'complains', '1.2.3"'])
      expect(everything).not.toContain(secret);
    expect(by('(0008,0060)')).toBeDefined();
    expect(by('(0018,6018)')).toBeDefined();
    const whole = await described(true);
    expect(file.hidden).toBeGreaterThanOrEqual(6);
    // What is in a hidden sequence goes with it.
    expect(lines.length + file.hidden + 1).toBe(whole.lines.length);
  });
});

it('of another format is told by what its pixels are', async () => {
  const path = join(temporaryFolder(), 'a.png');
  await writeImage(path, 1, 40, 30);
  expect(await describeFile(path, 0, false)).toMatchObject({
    ...{ format: 'png', frameCount: 1, bitsPerSample: 8, transferSyntax: null, attributes: null, hidden: 0 },
    channels: expect.any(Number) as number,
  });
});
