/** `sonomask deidentify`: copies of DICOM files that say nothing of the patient. */
import { resolve } from 'node:path';
import { deidentifyFiles, Identities, keyAt, randomKey } from '../../deidentify';
import { usage } from '../arguments';
import { type Command, exitCodeOf, failureOf } from '../command';
import { keepOf } from '../keep-option';

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
the same in every run. Pixel data are copied byte for byte. With --blank or --keep compressed pixels are
stored uncompressed. The result says where text is likely in the picture. --json names sources beside copies: keep it apart.`,
  run: async (args, { progress, signal }) => {
    const out = resolve(args.required('out'));
    if (args.operands.length === 0) throw usage('path', 'name at least one DICOM file or folder');
    const keep = keepOf(args);
    const key = args.text('key');
    const identities = new Identities(key === undefined ? randomKey() : await keyAt(resolve(key)), keep);
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
