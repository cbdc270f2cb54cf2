/** Simulated examinations as an archive has them: DICOM files that name patient, study, series and themselves. */
import { phantomFrame, phantomLoop, type PhantomFrame } from '../../shared/phantom';
import { dicomFile, greyLoop, type Element } from './dicom-file';

const SINGLE_FRAME = '1.2.840.10008.5.1.4.1.1.6.1';
const MULTI_FRAME = '1.2.840.10008.5.1.4.1.1.3.1';

export interface ArchivedFile {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly file: Buffer;
}

/** Two stills of a breast in one series and a loop of `frames` of a heart in another. @param n tells patients apart */
export function examination(n: number, { patient = `Doe^Jane${n}`, frames = 3 } = {}): ArchivedFile[] {
  const study = `1.2.826.0.1.3680043.9.${n}`;
  const still = (image: number): PhantomFrame =>
    phantomFrame({ label: 'breast-lesion', seed: 1006 + 2 * n + image, widthPx: 280, heightPx: 235 });
  const loop = phantomLoop({ label: 'lv-cavity', seed: n, widthPx: 160, heightPx: 120 }, frames);
  return [
    ...[1, 2].map((image) => archived({ study, series: `${study}.1`, patient, n }, image, [still(image)])),
    archived({ study, series: `${study}.2`, patient, n }, 3, loop),
  ];
}

function archived(
  { study, series, patient, n }: { study: string; series: string; patient: string; n: number },
  image: number,
  frames: readonly PhantomFrame[],
): ArchivedFile {
  const instance = `${series}.${image}`;
  const { widthPx = 0, heightPx = 0 } = frames[0]?.image ?? {};
  const before: Element[] = [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', frames.length > 1 ? MULTI_FRAME : SINGLE_FRAME],
    [0x00080018, 'UI', instance],
    [0x00080020, 'DA', `2026010${n}`],
    [0x00080050, 'SH', `ACC${n}`],
    [0x00080060, 'CS', 'US'],
    [0x00081030, 'LO', 'Simulated examination'],
    [0x00100010, 'PN', patient],
    [0x00100020, 'LO', `PAT${n}`],
    [0x0020000d, 'UI', study],
    [0x0020000e, 'UI', series],
    [0x00200013, 'IS', String(image)],
  ];
  const pixels = Buffer.concat(frames.map(({ image: { data } }) => data));
  const picture = { rows: heightPx, columns: widthPx, frames: frames.length, pixels, before };
  return { study, series, instance, file: dicomFile(greyLoop(picture)) };
}
