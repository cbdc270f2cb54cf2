/** Where the bundled model is. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folder of the model that ships with the app. In a checkout it lies beside this file; a bundle (esbuild, electron-vite)
 * keeps `models/weights` at its root, one or more levels above the bundled code.
 */
export function bundledModelFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const candidate of [join(folder, 'bundled'), join(folder, 'models', 'weights', 'bundled')]) {
      if (existsSync(join(candidate, 'model.json'))) return candidate;
    }
    const parent = dirname(folder);
    if (parent === folder) return join(dirname(fileURLToPath(import.meta.url)), 'bundled');
    folder = parent;
  }
}
