/** Folders of images with masks: which mask is whose. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLabelledFolder } from '../../../../main/cli/tasks/labelled-folder';
import { temporaryFolder, writeAt } from '../../../support/study-folder';

const folder = temporaryFolder();
for (const place of ['p1/1', 'p2/1', 'p2/2', 'p2/4']) {
  writeAt(join(folder, 'img', `${place}.bmp`), 'BM');
  if (place.endsWith('1')) writeAt(join(folder, 'label', `${place}.png`), 'PNG');
}
writeAt(join(folder, 'label', '4.png'), 'PNG');

test('an image in a folder of its own has the mask in the folder of that name', async () => {
  const { files, failures } = await openLabelledFolder(folder);
  expect(files.map(({ imagePath, maskPath }) => [imagePath, maskPath])).toEqual([
    ...['p1', 'p2'].map((patient) => [join(folder, 'img', patient, '1.bmp'), join(folder, 'label', patient, '1.png')]),
    // Of this name there is no other.
    [join(folder, 'img', 'p2', '4.bmp'), join(folder, 'label', '4.png')],
  ]);
  expect(failures.map(({ subject }) => subject)).toEqual([join(folder, 'img', 'p2', '2.bmp')]);
});

test('a name in a list means all images of that name; those that are not there are told', async () => {
  const list = writeAt(join(folder, 'list.txt'), '1.png\n3\n');
  const { files, failures } = await openLabelledFolder(folder, list);
  expect(files).toHaveLength(2);
  expect(failures.map(({ subject }) => subject)).toEqual(['3']);
});
