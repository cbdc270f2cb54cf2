/**
 * `npm run dist:sign -- --new-key KEYFILE`: a pair of keys; the private one into KEYFILE, which belongs where no build and no
 * share is, the public one into the program (update-key.pem, to be committed before `npm run dist`).
 * `npm run dist:sign -- FOLDER KEYFILE [NOTES.txt]`: says in `latest*.yml` which packages of this version lie in FOLDER, and signs
 * that. The program reads it by main/updates/feed.ts; electron-updater has the same form.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dump } from 'js-yaml';
import { z } from 'zod';
import { FEED_NAMES, PACKAGE_NAME } from '../../updates';

const root = resolve(import.meta.dirname, '../../..');

/** What the program trusts. */
export const PUBLIC_KEY = join(import.meta.dirname, 'update-key.pem');

const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  win32: ['.exe'],
  darwin: ['.zip', '.dmg'],
  linux: ['.deb', '.tar.gz', '.AppImage'],
};

/** @throws where one is there: programs that are in use trust its other half */
export function makeKeys(keyFile: string, publicFile = PUBLIC_KEY): void {
  for (const path of [keyFile, publicFile]) if (existsSync(path)) throw new Error(`${path} is there already`);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  writeFileSync(publicFile, publicPem(publicKey), { flag: 'wx' });
}

/**
 * @param notes what is new, plain text
 * @returns the names of the files that it wrote
 * @throws where the program would not trust the key, or no package of the version is there
 */
export function signFolder(
  folder: string,
  keyFile: string,
  version: string,
  { notes = '', publicFile = PUBLIC_KEY } = {},
): string[] {
  const key = createPrivateKey(readFileSync(keyFile));
  if (!existsSync(publicFile) || readFileSync(publicFile, 'utf8') !== publicPem(createPublicKey(key))) {
    throw new Error(`${publicFile}, which the program trusts, is not the other half of ${keyFile}`);
  }
  const names = readdirSync(folder).filter(
    (name) => PACKAGE_NAME.test(name) && name.startsWith(`SonoMask-${version}-`),
  );
  const written = Object.entries(EXTENSIONS).flatMap(([platform, extensions]) => {
    const own = names.filter((name) => extensions.some((each) => name.endsWith(each))).sort();
    const feed = FEED_NAMES[platform];
    if (own.length === 0 || feed === undefined) return [];
    const files = own.map((url) => describe(folder, url));
    const [first] = files;
    const text = dump({
      ...{ version, files, path: first?.url, sha512: first?.sha512 },
      ...{ releaseNotes: notes, releaseDate: new Date().toISOString() },
    });
    writeFileSync(join(folder, feed), text);
    writeFileSync(join(folder, `${feed}.sig`), `${sign(null, Buffer.from(text), key).toString('base64')}\n`);
    return [feed, `${feed}.sig`];
  });
  if (written.length === 0) throw new Error(`${folder} has no package of version ${version}`);
  return written;
}

function describe(folder: string, url: string) {
  const path = join(folder, url);
  const sha512 = createHash('sha512').update(readFileSync(path)).digest('base64');
  return { url, sha512, size: statSync(path).size };
}

function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

if (process.argv[1] === import.meta.filename) {
  const [first, keyFile, notes] = process.argv.slice(2);
  if (!first || !keyFile) throw new Error('usage: --new-key KEYFILE | FOLDER KEYFILE [NOTES.txt]');
  if (first === '--new-key') {
    makeKeys(keyFile);
    console.log(`${keyFile}: keep it secret, and safe: programs in use take updates signed by no other key.`);
    console.log(`${PUBLIC_KEY}: commit it; programs built from now on trust it.`);
  } else {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const written = signFolder(resolve(first), keyFile, version, notes ? { notes: readFileSync(notes, 'utf8') } : {});
    console.log(written.join('\n'));
  }
}
