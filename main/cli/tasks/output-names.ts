/** Under which names the masks of many images are written, no two of them alike on any file system. */
import { extensionOf, type ListedImage } from '../../study';

/**
 * One name an image, without extension, with `/` between folders: its own path below the given folder. Where two images
 * differ in their extension alone, or come from folders of equal content, the extension stays and a number follows.
 */
export function outputNames(images: readonly ListedImage[]): string[] {
  const withoutExtension = images.map(({ relativePath: path }) =>
    path.slice(0, path.length - extensionOf(path).length),
  );
  const uses = new Map<string, number>();
  for (const name of withoutExtension) uses.set(caseless(name), (uses.get(caseless(name)) ?? 0) + 1);
  const taken = new Set<string>();
  return withoutExtension.map((name, i) => {
    const wanted = uses.get(caseless(name)) === 1 ? name : (images[i]?.relativePath ?? name);
    let free = wanted;
    for (let n = 2; taken.has(caseless(free)); n++) free = `${wanted}~${n}`;
    taken.add(caseless(free));
    return free;
  });
}

/** Windows and macOS do not tell upper from lower case. */
function caseless(name: string): string {
  return name.toLowerCase();
}
