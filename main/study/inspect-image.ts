/**
 * What a file's header says of it as an image: what listing 20,000 files can afford. Whether its frames can really be
 * decoded is told by `readImage`.
 */
import { stat } from 'node:fs/promises';
import { imageProblem, type SourceImage } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import { openImage } from './readers/open-image';

export type Inspected = Omit<SourceImage, 'study' | 'series' | 'absolutePath' | 'relativePath'> &
  Partial<Pick<SourceImage, 'study' | 'series'>>;

/** Never throws: what is wrong with the file is part of the answer. */
export async function inspectImage(path: string): Promise<Inspected> {
  const about = await stat(path).then(
    ({ size, mtimeMs }) => ({ sizeBytes: size, mtimeMs }),
    () => ({ sizeBytes: 0, mtimeMs: 0 }),
  );
  try {
    const { metadata, widthPx, heightPx, frameTimeMs, calibration, place } = await openImage(path);
    return {
      ...about,
      frameCount: metadata.frameCount,
      ...(widthPx !== undefined && heightPx !== undefined && { widthPx, heightPx }),
      ...(frameTimeMs !== undefined && { frameTimeMs }),
      ...(calibration && { calibration }),
      ...place,
    };
  } catch (error) {
    const code = imageProblem.exclude(['changed']).safeParse(isAppError(error) ? error.code : undefined);
    const problemDetail = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    return { ...about, frameCount: 1, problem: code.data ?? 'file-unreadable', problemDetail };
  }
}
