/** Tests of a packed program's commands, beside those of the checkout. Linux alone: by the launcher of its packages. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeStudy, type Study } from '../../unit/main/finetune/support';
import { cli } from '../cli';
import { stringEnv } from '../desktop';
import { disc, imageOf, temporaryFolder, writeAt } from '../study-folder';

/** Of Electron: the first whose headless platform is known to start. The stand-in is older. */
const NEEDS_NO_DISPLAY = 40;

/** @param program the folder it was packed into, once it is there */
export function commandTests(program: () => string): void {
  const home = temporaryFolder();
  const launcher = (): string => join(program(), 'sonomask');
  const run = (argv: readonly string[], options: RunOptions = {}) => runIn(home, launcher(), argv, options);
  let study: Study;

  beforeAll(async () => {
    study = await writeStudy(home, 8, 6);
  });

  it('talk as they do in the checkout, also where a file has the name of one', async () => {
    mkdirSync(join(home, 'annotate'));
    const asked = [['help'], ['--help'], ['annotate', '--help'], ['anotate'], ['project', 'verfy'], ['demo', '--frob']];
    for (const argv of asked) {
      const { code, stdout, stderr } = await cli(argv);
      expect(await run(argv), argv.join(' ')).toEqual({ code, stdout, stderr });
    }
  });

  it('say nothing about a reader that has gone away', async () => {
    const script = 'set -o pipefail; "$0" help | true';
    expect(await runIn(home, 'bash', ['-c', script, launcher()])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('verify a project and teach its label', async () => {
    const verify = ['project', 'verify', study.project, '--json'];
    expect(JSON.parse((await run(verify)).stdout)).toEqual((await cli(verify)).json());
    const given = ['--label', 'nodule', '--minutes', '0.1', '--model', study.modelFolder];
    const { code, stdout, stderr } = await run(['project', 'finetune', study.project, ...given, '--json']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ label: 'nodule', state: 'finished', version: 'v1', problem: null });
    expect(await run(['project', 'verify', join(home, 'none.sonomask')])).toMatchObject({ code: 1, stdout: '' });
  });

  it('propose the masks that the checkout proposes, to the byte', async () => {
    const argv = (out: string) => [
      'annotate',
      join(home, 'images'),
      '--out',
      join(home, out),
      '--model',
      study.modelFolder,
    ];
    expect((await cli(argv('checkout'))).code).toBe(0);
    const { code, stderr } = await run(argv('packed'));
    expect(code, stderr).toBe(0);
    const masks = pngsIn(join(home, 'checkout'));
    expect(masks.length).toBe(8);
    expect(pngsIn(join(home, 'packed'))).toEqual(masks);
    const bytes = (out: string) => masks.map((mask) => readFileSync(join(home, out, mask)).toString('base64'));
    expect(bytes('packed')).toEqual(bytes('checkout'));
  });

  it('stop at Ctrl-C with a result and whole masks', async () => {
    const [many, out] = [join(home, 'many'), join(home, 'stopped')];
    for (let n = 0; n < 40; n++) writeAt(join(many, `${n}.png`), imageOf(disc(640, 480, 300, 200, 20 + n)));
    const argv = ['annotate', many, '--out', out, '--model', study.modelFolder, '--json'];
    const { code, stdout } = await run(argv, {
      onError: (text, press) => text.includes('"progress"') && press(),
    });
    expect(code).toBe(130);
    const { annotated, cancelled } = JSON.parse(stdout) as { annotated: number; cancelled: boolean };
    expect(cancelled).toBe(true);
    expect(annotated).toBeLessThan(40);
    expect(pngsIn(out).length).toBe(annotated);
  });

  it(`need no display (Electron ${NEEDS_NO_DISPLAY} or later)`, async ({ skip }) => {
    const version = readFileSync(join(program(), 'version'), 'utf8').trim();
    if (Number.parseInt(version) < NEEDS_NO_DISPLAY)
      skip(`the headless platform of Electron ${version} does not start`);
    const env = { DISPLAY: '', WAYLAND_DISPLAY: '' };
    expect(await run(['help'], { env })).toMatchObject({ code: 0, stderr: '' });
  });
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Is called with standard error as it comes. @param press Ctrl-C */
  readonly onError?: (text: string, press: () => void) => void;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runIn(
  home: string,
  command: string,
  argv: readonly string[],
  { env, onError }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const own = { HOME: home, XDG_CONFIG_HOME: join(home, 'config') };
    const child = spawn(command, [...argv], { cwd: home, env: { ...stringEnv(), ...own, ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      onError?.(chunk.toString(), () => child.kill('SIGINT'));
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const pngsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.png'))
    .sort();
