/** File names for what is exported: as the sources are called, each once on every file system. */

interface Named {
  readonly imageId: number;
  /** With `/` between names. */
  readonly relativePath: string;
  readonly frameIndex?: number;
  readonly frameCount?: number;
}

/**
 * A name for each, without extension, `/` between folders. Sources whose names differ only in their extension, in upper
 * and lower case or in the study they are of get their image's number as well.
 */
export function exportNames(all: readonly Named[]): string[] {
  const used = new Set<string>();
  return all.map(({ imageId, relativePath, frameIndex = 0, frameCount = 1 }) => {
    const frame = frameCount > 1 ? `-frame-${String(frameIndex + 1).padStart(4, '0')}` : '';
    const base = relativePath
      .split('/')
      .map(portable)
      .join('/')
      .replace(/\.(nii\.gz|[A-Za-z0-9]{1,5})$/i, '');
    const plain = `${base}${frame}`;
    const name = used.has(plain.toLowerCase()) ? `${base}-${imageId}${frame}` : plain;
    used.add(name.toLowerCase());
    return name;
  });
}

/** Of the image that a frame belongs to. */
export function imageName({ name, frameCount }: { readonly name: string; readonly frameCount: number }): string {
  return frameCount > 1 ? name.replace(/-frame-\d+$/, '') : name;
}

/** The same names for one folder, without blanks: lists of training sets are split at them. */
export function flatNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[/\s]+/g, '_');
    let free = plain;
    for (let n = 2; used.has(free.toLowerCase()); n++) free = `${plain}_${n}`;
    used.add(free.toLowerCase());
    return free;
  });
}

/** What every file system takes as one name. */
function portable(name: string): string {
  const cleaned = name
    .replace(/[\\:*?"<>|\p{Cc}]/gu, '_')
    .replace(/[. ]+$/, '')
    .replace(/^\.+/, '');
  return cleaned === '' ? '_' : cleaned;
}
