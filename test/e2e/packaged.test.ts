import { extractFile, listPackage } from '@electron/asar';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledModelFolder } from '../../models/weights';
import { PROJECT_ROOT, SANDBOX_FLAGS, stringEnv } from '../support/desktop';
import { DevtoolsPipe, PIPE_STDIO } from '../support/devtools-pipe';
import { seeds } from '../support/fuzz/seeds';
import { commandTests } from '../support/journey/packed-commands';
import { canSandbox, readAsOrdinaryUser } from '../support/journey/packed-program';

const run = promisify(execFile);
// Where an ordinary user can read it, too: a checkout may lie in somebody's home.
const output = mkdtempSync(join(tmpdir(), 'sonomask-packed-'));
const program = join(output, 'linux-unpacked');
const resources = join(program, 'resources');

let child: ChildProcess;
let page: DevtoolsPipe;
let profile: string;

function launch(): void {
  profile = mkdtempSync(join(tmpdir(), 'sonomask-packaged-'));
  const flags = [...SANDBOX_FLAGS, `--user-data-dir=${profile}`, '--remote-debugging-pipe'];
  child = spawn(join(program, 'sonomask'), flags, { env: stringEnv(), stdio: [...PIPE_STDIO] });
  page = new DevtoolsPipe(child);
}

describe.skipIf(process.platform !== 'linux')('the packed program', () => {
  beforeAll(async () => {
    chmodSync(output, 0o755);
    await run('npx', ['tsx', 'main/electron/packaging/package.ts', `-c.directories.output=${output}`], {
      cwd: PROJECT_ROOT,
      maxBuffer: 16 * 1024 * 1024,
    });
    launch();
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    for (const folder of [profile, output]) rmSync(folder, { recursive: true, force: true });
  });

  it('opens its window on its own pages', async () => {
    await expect
      .poll(() => page.evaluate("document.querySelector('#app > *') !== null"), { timeout: 20_000 })
      .toBe(true);
    expect(await page.evaluate('location.href')).toBe('app://sonomask/index.html');
    expect(await page.evaluate("window.sonomask.invoke('app.info', undefined)")).toMatchObject({
      ok: true,
      value: { packaged: true },
    });
  });

  it('has a database that works: a project can be made', async () => {
    const request = JSON.stringify({ folder: profile, name: 'Packed' });
    expect(await page.evaluate(`window.sonomask.invoke('project.create', ${request})`)).toMatchObject({
      ok: true,
      value: { name: 'Packed' },
    });
    expect(existsSync(join(profile, 'Packed.sonomask', 'project.db'))).toBe(true);
  });

  it('finds its decoders: frames of every kind of reader come out of the packed program', async () => {
    const folder = join(profile, 'images');
    mkdirSync(folder);
    for (const { extension, name, bytes } of (await seeds()).filter(({ use, beside }) => use === 'read' && !beside)) {
      writeFileSync(join(folder, `${name}${extension}`), bytes);
    }
    const files = readdirSync(folder).length;
    const added = `window.sonomask.invoke('study.add', ${JSON.stringify({ paths: [folder] })})`;
    expect(await page.evaluate(added)).toMatchObject({ ok: true, value: { added: files } });
    const opened = await page.evaluate(`(async () => {
      const request = { filter: {}, limit: 500, offset: 0 };
      const { value: { frames } } = await window.sonomask.invoke('frames.list', request);
      const opened = [];
      for (const { id, frameIndex } of frames) if (frameIndex === 0) opened.push(await window.sonomask.invoke('frames.open', { frameId: id }));
      return opened.map(({ value: { frame, problem } }) => ({ path: frame.relativePath, problem, hash: frame.sha256 }));
    })()`);
    expect((opened as { hash: unknown }[]).filter(({ hash }) => typeof hash !== 'string')).toEqual([]);
    expect((opened as unknown[]).length).toBe(files);
  });

  it.skipIf(!canSandbox())(
    'works for an ordinary user, in the sandbox: proposal, click, brush, export, opened again (needs user namespaces)',
    () => readAsOrdinaryUser(join(program, 'sonomask')),
  );

  describe('commands', () => commandTests(() => program));

  it("carries native modules of this platform only, as files of their own, and nobody's sources", () => {
    const unpacked = join(resources, 'app.asar.unpacked', 'node_modules');
    expect(readdirSync(join(unpacked, 'onnxruntime-node', 'bin', 'napi-v6'))).toEqual([process.platform]);
    expect(readdirSync(join(unpacked, 'onnxruntime-node', 'bin', 'napi-v6', process.platform))).toEqual([process.arch]);
    expect(readdirSync(join(unpacked, '@photostructure', 'sqlite', 'prebuilds'))).toEqual([
      `${process.platform}-${process.arch}`,
    ]);
    const packed = listPackage(join(resources, 'app.asar'), { isPack: false });
    expect(
      packed.filter((path) =>
        /^\/test\/|\.ts$|\/node_modules\/(vue|naive-ui|kysely|electron|electron-updater)(\/|$)/.test(path),
      ),
    ).toEqual([]);
    expect(packed).toContain('/main/electron/packaging/icons/512x512.png');
    expect(existsSync(join(resources, 'default_app.asar'))).toBe(false);
  });

  it('carries the bundled model where its own code looks for it', () => {
    const inCheckout = bundledModelFolder();
    const packed = join(resources, relative(PROJECT_ROOT, inCheckout));
    expect(readdirSync(packed).sort()).toEqual(readdirSync(inCheckout).sort());
  });

  it('says what others made of it, and under which licences', () => {
    const packed = (file: string): string => extractFile(join(resources, 'app.asar'), `out/${file}`).toString();
    const sbom = JSON.parse(packed('sbom.cdx.json')) as { components: { name: string; version: string }[] };
    const { dependencies } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const listed = sbom.components.map(({ name, version }) => `${name} ${version}`);
    for (const [name, version] of Object.entries(dependencies)) expect(listed).toContain(`${name} ${version}`);
    const notices = packed('THIRD-PARTY.txt');
    expect(notices).toMatch(/^mediabunny .*: MPL-2.0$/m);
    expect(notices).toContain('Permission is hereby granted, free of charge');
  });

  it('can not be turned into plain Node, nor be given options for it', async () => {
    const { stdout } = await run(join(PROJECT_ROOT, 'node_modules', '.bin', 'electron-fuses'), [
      'read',
      '--app',
      join(program, 'sonomask-bin'),
    ]);
    expect(stdout).toMatch(/RunAsNode is Disabled/);
    expect(stdout).toMatch(/EnableNodeOptionsEnvironmentVariable is Disabled/);
    expect(stdout).toMatch(/EnableNodeCliInspectArguments is Disabled/);
    expect(stdout).toMatch(/OnlyLoadAppFromAsar is Enabled/);
    expect(stdout).toMatch(/EnableCookieEncryption is Enabled/);
    expect(stdout).toMatch(/EnableEmbeddedAsarIntegrityValidation is Enabled/);
  });
});
