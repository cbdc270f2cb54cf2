/** electron-builder.yml against electron-builder's own schema, for the platforms whose packages cannot be made here too. */
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PUBLIC_KEY } from '../../../../../main/electron/packaging/sign-feed';
import { PROJECT_ROOT } from '../../../../support/desktop';

interface Target {
  readonly target: string;
}
interface Config {
  readonly mac: {
    readonly hardenedRuntime: boolean;
    readonly entitlements: string;
    readonly target: readonly Target[];
  };
  readonly win: { readonly target: string };
  readonly linux: { readonly target: readonly string[] };
  readonly files: readonly { readonly filter: readonly string[] }[];
  readonly directories: { readonly buildResources: string };
}
interface Builder {
  getConfig(folder: string, path: null, options: null): Promise<Config>;
  validateConfiguration(config: object, log: object): Promise<void>;
}

const load = createRequire(import.meta.url);
const builder = load('app-builder-lib/out/util/config/config.js') as Builder;
const validate = (config: object): Promise<void> =>
  builder.validateConfiguration(config, { isEnabled: false, add: () => undefined });

describe('electron-builder.yml', () => {
  let config: Config;

  beforeAll(async () => {
    config = await builder.getConfig(PROJECT_ROOT, null, null);
  });

  it('is what electron-builder accepts', async () => {
    await expect(validate(config)).resolves.toBeUndefined();
  });

  it.each([
    ['a word that there is not', (c: Config) => ({ ...c, nsis: { oneClik: false } })],
    ['a target without a name', (c: Config) => ({ ...c, win: { ...c.win, target: [{ arch: 'x64' }] } })],
    [
      'a hardened runtime that is no yes or no',
      (c: Config) => ({ ...c, mac: { ...c.mac, hardenedRuntime: 'please' } }),
    ],
    ['a fuse that there is not', (c: Config) => ({ ...c, electronFuses: { runAsNod: false } })],
  ])('is refused with %s', async (_what, spoil) => {
    await expect(validate(spoil(config))).rejects.toThrow(/Invalid configuration/i);
  });

  it('packs the key whose updates the program takes', () => {
    const key = relative(PROJECT_ROOT, PUBLIC_KEY).replaceAll('\\', '/');
    expect(config.files.flatMap(({ filter }) => filter)).toContain(key);
    // Nothing in that folder is packed.
    expect(key.startsWith(`${config.directories.buildResources}/`)).toBe(false);
  });

  it('makes NSIS on Windows, dmg and zip with a hardened runtime on macOS, AppImage and tar.gz on Linux', () => {
    expect(config.win.target).toBe('nsis');
    expect(config.mac.hardenedRuntime).toBe(true);
    expect(existsSync(join(PROJECT_ROOT, config.mac.entitlements))).toBe(true);
    expect(config.mac.target.map(({ target }) => target)).toEqual(['dmg', 'zip']);
    expect(config.linux.target).toEqual(expect.arrayContaining(['AppImage', 'tar.gz']));
  });
});
