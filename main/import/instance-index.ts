/** Finds the frames of the project's DICOM images by SOP Instance UID. The headers are read when the first is asked for. */
import type { ImageId } from '../../shared/domain';
import { readDicomHeader } from '../study';
import type { ImportableFrame } from './found-mask';
import type { Match } from './frame-index';

export class InstanceIndex {
  #instances: Promise<ReadonlyMap<ImageId, string>> | undefined;

  constructor(private readonly frames: readonly ImportableFrame[]) {}

  /** @param named what is called so; believed where its image has no UID that could say otherwise */
  async find(sopInstance: string, frameIndex: number, named: Match): Promise<Match> {
    const instances = await (this.#instances ??= this.#read());
    const [found, ...more] = this.frames.filter(
      (frame) => frame.frameIndex === frameIndex && instances.get(frame.imageId) === sopInstance,
    );
    if (found) return more.length === 0 ? found : 'ambiguous';
    return typeof named === 'string' || instances.has(named.imageId) ? 'no-frame' : named;
  }

  async #read(): Promise<ReadonlyMap<ImageId, string>> {
    const paths = new Map(this.frames.map(({ imageId, absolutePath }) => [imageId, absolutePath]));
    const instances = new Map<ImageId, string>();
    for (const [id, path] of paths) {
      const sopInstance = await readDicomHeader(path).then(
        (header) => header.string('x00080018'),
        () => undefined,
      );
      if (sopInstance) instances.set(id, sopInstance);
    }
    return instances;
  }
}
