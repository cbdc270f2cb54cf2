/** `sonomask deidentify`: copies of DICOM files that say nothing of the patient. */
import { resolve } from 'node:path';
import { deidentifyFiles, Identities, keyAt, randomKey, type Keep, type Rectangle } from '../../deidentify';
import { type Arguments, parseNumber, usage } from '../arguments';
import { type Command, exitCodeOf, failureOf } from '../command';

export const deidentifyCommand: Command = {
  name: 'deidentify',
  summary: 'Copy DICOM files without what identifies the patient (PS3.15 basic profile).',
  operands: '<path...>',
  options: {
    out: { value: 'DIR', help: 'folder for the copies, each named by its new UID; made where missing' },
    key: { value: 'FILE', help: 'secret from which UIDs and pseudonyms are made; made where missing, not for sharing' },
    blank: { help: 'make everything outside the ultrasound regions of each file black' },
    keep: { value: '"x0,y0,x1,y1;..."', help: 'make everything outside these pixels black, in every file' },
  },
  details: `
Of a folder every DICOM file is taken. Names, numbers, dates, comments, overlays and private attributes are removed or
replaced, UIDs are new ones and still agree with each other; with the same --key they, and each patient's pseudonym, are
the same in every run. Pixel data are copied byte for byte. Compressed pixels cannot be blanked: with --blank or --keep such
a file is refused. The result says where text is likely in the picture. --json names sources beside copies: keep it apart.`,
  run: async (args, { progress, signal }) => {
    const out = resolve(args.required('out'));
    if (args.operands.length === 0) throw usage('path', 'name at least one DICOM file or folder');
    const keep = keepOf(args);
    const key = args.text('key');
    const identities = new Identities(key === undefined ? randomKey() : await keyAt(resolve(key)));
    progress.start();
    const { files, failures } = await deidentifyFiles({
      ...{ paths: args.operands, out, identities, keep, signal },
      onProgress: (done, total, source) => progress.update(done, total, source),
      onFailure: (failure) => progress.failed(failureOf(failure)),
    });
    const withText = files.filter(({ burntIn }) => burntIn !== 'unlikely');
    return {
      exitCode: exitCodeOf(failures, signal),
      json: { out, cancelled: signal.aborted, files, failed: failures.map(failureOf) },
      text: [
        `${files.length} files de-identified, ${failures.length} failed`,
        ...failures.map(({ message }) => `  ${message}`),
        ...(withText.length > 0 ? ['Look at these pictures: text in them is likely, or could not be looked for:'] : []),
        ...withText.map(({ file, burntIn }) => `  ${file} (${burntIn})`),
        `${signal.aborted ? 'Cancelled. Results so far' : 'Results'}: ${out}`,
      ].join('\n'),
    };
  },
};

/** @throws AppError `usage` */
function keepOf(args: Arguments): Keep {
  const rectangles = args.text('keep');
  if (rectangles === undefined) return args.flag('blank') ? 'regions' : 'everything';
  if (args.flag('blank'))
    throw usage('--keep', '--blank keeps the regions of each file, --keep the same pixels in all');
  const parts = rectangles.split(';').filter((part) => part.trim() !== '');
  if (parts.length === 0) throw usage('--keep', '--keep names no rectangle');
  return parts.map(rectangleOf);
}

function rectangleOf(part: string): Rectangle {
  const [x0, y0, x1, y1, ...rest] = part.split(',').map((value) => parseNumber('--keep', value));
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined || rest.length > 0) {
    throw usage('--keep', `--keep: "${part}" is not of the form x0,y0,x1,y1`);
  }
  const isWhole = [x0, y0, x1, y1].every((value) => Number.isInteger(value) && value >= 0);
  if (!isWhole || x0 >= x1 || y0 >= y1) {
    throw usage('--keep', `--keep: "${part}": whole pixels, x0 left of x1 and y0 above y1`);
  }
  return { x0, y0, x1, y1 };
}
