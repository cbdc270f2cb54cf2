/** File names for what is exported: as the sources are called, each once on every file system. */

interface Named {
  readonly imageId: number;
  /** With `/` between names. */
  readonly relativePath: string;
  readonly frameIndex?: number;
  readonly frameCount?: number;
}

/**
 * A name for each, without extension, `/` between folders; frames of one image have its name in common, and no other image
 * has it. Sources whose names differ only in their extension, in upper and lower case or in the study they are of get their
 * image's number as well.
 */
export function exportNames(all: readonly Named[]): string[] {
  const used = new Set<string>();
  const ofImages = new Map<number, string>();
  return all.map(({ imageId, relativePath, frameIndex = 0, frameCount = 1 }) => {
    const isLoop = frameCount > 1;
    const image = ofImages.get(imageId) ?? freeName(relativePath, imageId, isLoop, used);
    ofImages.set(imageId, image);
    const name = isLoop ? `${image}-frame-${String(frameIndex + 1).padStart(4, '0')}` : image;
    // A still may be called like a frame of a loop: no loop may have such frames then.
    for (const each of [image, name, name.replace(/-frame-\d+$/, '-frame')]) used.add(each.toLowerCase());
    return name;
  });
}

function freeName(relativePath: string, imageId: number, isLoop: boolean, used: ReadonlySet<string>): string {
  const plain = relativePath
    .split('/')
    .map(portable)
    .join('/')
    .replace(/\.(nii\.gz|[A-Za-z0-9]{1,5})$/i, '');
  const isUsed = (name: string): boolean =>
    used.has(name.toLowerCase()) || (isLoop && used.has(`${name}-frame`.toLowerCase()));
  let name = plain;
  for (let numbered = `${plain}-${imageId}`; isUsed(name); numbered += '_') name = numbered;
  return name;
}

/** A folder for each label, by their names; what looks like an extension is part of a label's name. */
export function labelFolders(labels: readonly string[]): string[] {
  const used = new Set<string>();
  return labels.map((label) => {
    const plain = portable(label.replaceAll('/', '_'));
    let free = plain;
    for (let n = 2; used.has(free.toLowerCase()); n++) free = `${plain}-${n}`;
    used.add(free.toLowerCase());
    return free;
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
    const plain = shortened(name.replace(/[/\s]+/g, '_'));
    let free = plain;
    for (let n = 2; used.has(free.toLowerCase()); n++) free = `${plain}_${n}`;
    used.add(free.toLowerCase());
    return free;
  });
}

/** Devices of Windows, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** File systems take 255; what is put to a name (frame, instance, extension) has to fit as well. */
const MOST_BYTES = 200;

/** What every file system takes as one name, and no path within one. */
function portable(name: string): string {
  const cleaned = shortened(name.replace(/[\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+/, '')).replace(/[. ]+$/, '');
  if (cleaned === '') return '_';
  return RESERVED.test(cleaned) ? `_${cleaned}` : cleaned;
}

/** Whole characters of its beginning, and its extension. */
function shortened(name: string): string {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  if (bytes(name) <= MOST_BYTES) return name;
  const extension = /\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0] ?? '';
  let kept = '';
  for (const character of name) {
    if (bytes(kept + character) > MOST_BYTES - extension.length) break;
    kept += character;
  }
  return kept + extension;
}
