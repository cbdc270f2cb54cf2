/** Millimetres of enhanced multi-frame DICOM, frame by frame: as pydicom finds them in the functional groups, and as a project has them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openImage } from '../../../../main/study';
import { indexStudy, type IndexedPiece } from '../../../../main/study/index-study';
import { calibrationOfFrame, mmPerPx, type Scale } from '../../../../shared/domain';
import { dicomFile, greyLoop, type Element } from '../../../support/dicom-file';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { newProject } from '../project/support';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FRAMES = 4;
const INSIDE = [
  { x: 1, y: 1 },
  { x: 3, y: 2 },
];

const spacing = (rows: string, columns: string): Element[] => [
  [0x00289110, 'SQ', [[[0x00280030, 'DS', `${rows}\\${columns}`]]]],
];
const region = (delta: number, units = 3): Element[] => [
  [
    0x00186011,
    'SQ',
    [
      [
        ...([
          [0x00186012, 'US', 1],
          [0x00186018, 'UL', 0],
          [0x0018601a, 'UL', 0],
          [0x0018601c, 'UL', 4],
          [0x0018601e, 'UL', 3],
          [0x00186024, 'US', units],
          [0x00186026, 'US', units],
          [0x0018602c, 'FD', delta],
          [0x0018602e, 'FD', 2 * delta],
        ] as Element[]),
      ],
    ],
  ],
];

/** @param all attributes of the data set itself; `shared` and `each` are of the functional groups. */
function file({ all = [], shared, each }: { all?: Element[]; shared?: Element[]; each?: Element[][] }): Buffer {
  const loop = greyLoop({ rows: 4, columns: 5, frames: FRAMES, pixels: new Uint8Array(20 * FRAMES).fill(9) });
  const [own, pixels] = [loop.slice(0, -1), loop.slice(-1)];
  const elements: Element[] = [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.6.2'],
    [0x00080018, 'UI', '1.2.3.4'],
    ...all.filter(([tag]) => tag < 0x00280000),
    ...[...own, ...all.filter(([tag]) => tag >= 0x00280000)].sort(([a], [b]) => a - b),
    ...(shared ? ([[0x52009229, 'SQ', [shared]]] as Element[]) : []),
    ...(each ? ([[0x52009230, 'SQ', each]] as Element[]) : []),
    ...pixels,
  ];
  return dicomFile(elements);
}

/** As the viewer of another program would find them, frame by frame: [across, down] or null. */
const PYDICOM = `
import json, sys, pydicom
def groups(ds, i):
    each = ds.get('PerFrameFunctionalGroupsSequence', [])
    shared = ds.get('SharedFunctionalGroupsSequence', [])
    return ([each[i]] if i < len(each) else []) + list(shared[:1]) + [ds]
def scale(ds, i):
    for group in groups(ds, i):
        for r in group.get('SequenceOfUltrasoundRegions', []):
            if r.RegionSpatialFormat == 1 and r.PhysicalUnitsXDirection == 3 and r.PhysicalUnitsYDirection == 3:
                return [10 * abs(r.PhysicalDeltaX), 10 * abs(r.PhysicalDeltaY)]
            return None
    for group in groups(ds, i):
        measures = group.get('PixelMeasuresSequence')
        value = (measures[0] if measures else group).get('PixelSpacing')
        if value:
            return [float(value[1]), float(value[0])]
    return None
out = []
for path in json.load(sys.stdin):
    ds = pydicom.dcmread(path, force=True)
    out.append([scale(ds, i) for i in range(int(ds.NumberOfFrames))])
print(json.dumps(out))
`;

const CASES: Record<string, Parameters<typeof file>[0]> = {
  'one spacing for all, shared': { shared: spacing('0.2', '0.1') },
  'a spacing each': { each: ['0.1', '0.2', '0.3', '0.4'].map((mm) => spacing(mm, '0.5')) },
  'the same spacing each': { each: Array.from({ length: FRAMES }, () => spacing('0.2', '0.1')) },
  'a shared one, another for some': { shared: spacing('0.2', '0.1'), each: [[], spacing('0.4', '0.3'), [], []] },
  'regions each, zoomed in on the way': { each: [0.01, 0.01, 0.02, 0.03].map((delta) => region(delta)) },
  'regions of all, others for some': { all: region(0.05), each: [[], [], region(0.01), []] },
  'a frame whose region is no length': { each: [region(0.01), region(0.01, 4), region(0.01), region(0.01)] },
  'fewer groups than frames': { each: [spacing('0.2', '0.1')] },
  'of the data set alone': { all: [[0x00280030, 'DS', '0.7\\0.6']] },
};

const paths = Object.entries(CASES).map(([name, parts]) => {
  const path = join(folder, `${name}.dcm`);
  writeFileSync(path, file(parts));
  return path;
});
const pair = (scale: Scale | null): number[] | null => scale && [scale.x, scale.y];

describeWithPython('millimetres of enhanced files', () => {
  test('are of each frame what pydicom finds for it', async () => {
    const found = await Promise.all(
      paths.map(async (path) => {
        const { calibration } = await openImage(path);
        return Array.from({ length: FRAMES }, (_, i) => pair(mmPerPx(calibrationOfFrame(calibration, i), INSIDE)));
      }),
    );
    const theirs = runPython(PYDICOM, paths) as (number[] | null)[][];
    const rounded = (all: (number[] | null)[][]) => all.map((each) => each.map((mm) => mm?.map((v) => +v.toFixed(9))));
    expect(rounded(found)).toEqual(rounded(theirs));
    // The last of them state something else for some frame.
    expect(new Set(found[1]!.map((mm) => mm?.[1])).size).toBe(FRAMES);
    expect(found[6]).toEqual([[0.1, 0.2], null, [0.1, 0.2], [0.1, 0.2]]);
  });
});

test('what all frames have is stored once', async () => {
  const kinds = await Promise.all(paths.map(async (path) => (await openImage(path)).calibration?.kind));
  expect(kinds).toEqual([
    ...['uniform', 'per-frame', 'uniform', 'per-frame', 'per-frame', 'per-frame', 'per-frame', 'per-frame'],
    'uniform',
  ]);
});

test('a project gives each frame its own, and by hand one for all', async () => {
  const pieces: IndexedPiece[] = [];
  const signal = new AbortController().signal;
  await indexStudy([paths[1]!], { signal, onPiece: (piece) => void pieces.push(piece) });
  const store = await newProject();
  await store.images.add(pieces.flatMap(({ images }) => images));
  const scales = async () => {
    const { frames } = await store.frames.list({ filter: {}, limit: 10, offset: 0 });
    const details = await Promise.all(frames.map(({ id }) => store.frames.get(id)));
    return details.map(({ calibration }) => pair(mmPerPx(calibration, INSIDE)));
  };
  expect(await scales()).toEqual([0.1, 0.2, 0.3, 0.4].map((y) => [0.5, y]));
  const [first] = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames;
  await store.measurements.calibrate(first!.id, { x: 1.5, y: 1.5 }, 'image', 'Ada');
  expect(await scales()).toEqual(Array.from({ length: FRAMES }, () => [1.5, 1.5]));
});
