/**
 * A source image as a project keeps it that is to know no patient: pseudonyms in place of names and IDs. Where its file is
 * stays known, since the file is read there; so does the name of the series, which says what was looked at.
 */
import { join } from 'node:path';
import type { SourceImage } from '../../shared/domain';
import { keyAt, type Identities } from './identities';

/** In the project's folder, where the sources are known anyway. */
const KEY_FILE = 'deidentification.key';

/** The project's own key, made when it is first wanted. @throws AppError as `keyAt` does */
export function projectKey(folder: string): Promise<Uint8Array> {
  return keyAt(join(folder, KEY_FILE));
}

/** Images of one study, one series and one patient stay together. */
export function pseudonymous(image: SourceImage, identities: Identities): SourceImage {
  const { key, patient } = image.study;
  const name = `Study ${identities.patient(`study ${key}`).slice(2, 6)}`;
  return {
    ...image,
    study: { key: identities.uid(key), name, patient: patient && identities.patient(patient) },
    series: { ...image.series, key: identities.uid(image.series.key) },
  };
}
