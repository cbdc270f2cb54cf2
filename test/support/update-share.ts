/** A share with updates, signed by a key of its own, and a server of what is in it that counts what it is asked. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKeys, signFolder } from '../../main/electron/packaging/sign-feed';

export interface UpdateShare {
  /** What a site hands round. */
  readonly folder: string;
  readonly privateKey: string;
  /** What the program trusts. */
  readonly publicKey: string;
  /** Puts packages of a version there, of this computer and others, and signs them. Answers the tar.gz's bytes. */
  publish(version: string, notes?: string, sizeBytes?: number): Buffer;
  remove(): void;
}

export function updateShare(): UpdateShare {
  const top = mkdtempSync(join(tmpdir(), 'sonomask-share-'));
  const [folder, privateKey, publicKey] = [join(top, 'share'), join(top, 'private.pem'), join(top, 'update-key.pem')];
  mkdirSync(folder);
  makeKeys(privateKey, publicKey);
  return {
    ...{ folder, privateKey, publicKey },
    publish: (version, notes = '', sizeBytes = 300_000) => {
      const bytes = randomBytes(sizeBytes);
      for (const end of ['linux-x64.tar.gz', 'linux-arm64.tar.gz', 'linux-amd64.deb', 'win-x64.exe']) {
        writeFileSync(join(folder, `SonoMask-${version}-${end}`), bytes);
      }
      signFolder(folder, privateKey, version, { notes, publicFile: publicKey });
      return bytes;
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

export interface ShareServer {
  readonly url: string;
  /** Paths, in order. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
  /** Instead of the share's files. */
  answer: ((path: string, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

export async function serveShare(folder: string): Promise<ShareServer> {
  const [asked, headers]: [string[], IncomingMessage['headers'][]] = [[], []];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    headers.push(request.headers);
    if (share.answer?.(path, response)) return;
    const file = join(folder, path.replace('/updates/', ''));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const share: ShareServer = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/updates`, asked, headers, answer: undefined },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return share;
}
