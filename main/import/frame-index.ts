/**
 * Finds the frame that a file means: by name, from the longest part of its path that only one frame has to the bare file
 * name, or by the hash of an image's pixels. Upper and lower case and extensions do not count.
 */
import type { ImportableFrame } from './found-mask';

export type Match = ImportableFrame | 'no-frame' | 'ambiguous';

/** What programs add to the name of the image for its mask. */
const ADDED = /([-_ ](mask|label|seg|segmentation|annotation|gt)([-_ ]\d+)?|-layer-\d+|-\d+_*)$/;

export class FrameIndex {
  readonly #byPath = new Map<string, Set<ImportableFrame>>();
  readonly #byHash = new Map<string, ImportableFrame | 'ambiguous'>();
  /** Frames whose pixels may yet turn out to be those that are looked for. */
  readonly undecoded: readonly ImportableFrame[];

  constructor(frames: readonly ImportableFrame[]) {
    this.undecoded = frames.filter(({ sha256, tried }) => sha256 === null && !tried);
    for (const frame of frames) {
      const { relativePath, frameIndex, frameCount, name, flatName, sha256 } = frame;
      // A picture that was saved twice.
      if (sha256 !== null) this.#byHash.set(sha256, this.#byHash.has(sha256) ? 'ambiguous' : frame);
      const names = new Set([keyOf(name), keyOf(flatName)]);
      names.add(frameCount > 1 ? `${keyOf(relativePath)}#${frameIndex}` : keyOf(relativePath));
      for (const each of names) for (const part of endings(each)) this.#add(part, frame);
    }
  }

  byHash(sha256: string): ImportableFrame | 'ambiguous' | undefined {
    return this.#byHash.get(sha256);
  }

  /** @param frameIndex of a loop that is one file */
  byName(image: string, frameIndex?: number): Match {
    const key = keyOf(image);
    const bare = key.replace(ADDED, '');
    const wanted = frameIndex === undefined ? [key, bare] : [`${key}#${frameIndex}`, `${bare}#${frameIndex}`];
    // A still that was stored as a volume of one.
    if (frameIndex === 0) wanted.push(key, bare);
    let found: Match = 'no-frame';
    for (const name of wanted) {
      for (const part of endings(name)) {
        const frames = this.#byPath.get(part);
        const [only] = frames ?? [];
        if (only && frames?.size === 1) return only;
        if (frames) found = 'ambiguous';
      }
    }
    return found;
  }

  #add(key: string, frame: ImportableFrame): void {
    const frames = this.#byPath.get(key);
    if (frames) frames.add(frame);
    else this.#byPath.set(key, new Set([frame]));
  }
}

function keyOf(path: string): string {
  return path
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\\', '/')
    .replace(/\.(nii\.gz|[a-z][a-z0-9]{1,4})$/, '');
}

/** `a/b/c`, `b/c`, `c`. */
function* endings(path: string): Generator<string> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.' && name !== '..');
  for (let i = 0; i < names.length; i++) yield names.slice(i).join('/');
}
