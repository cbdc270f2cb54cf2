/** How the command line talks: help, wrong usage, progress. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Progress } from '../../../../main/cli/progress';
import { outputNames } from '../../../../main/cli/tasks/output-names';
import { cli } from '../../../support/cli';

const COMMANDS = [
  'annotate',
  'predict',
  'evaluate',
  'finetune',
  'model import',
  'model info',
  'model run',
  'deidentify',
  'demo',
];

describe('help', () => {
  test('lists every command', async () => {
    const { code, stdout, stderr } = await cli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `);
  });

  test.each(COMMANDS)('of %s names its usage and options', async (command) => {
    const { code, stdout } = await cli([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: sonomask ${command} `));
    for (const option of ['--json', '--help', 'Exit code']) expect(stdout).toContain(option);
  });
});

describe('wrong usage ends with code 2 and a reason on standard error', () => {
  test.each([
    ['no command', [], 'Usage'],
    ['an unknown command', ['anotate', 'x.png'], 'no command "anotate"'],
    ['half a command', ['model'], 'no command "model"'],
    ['an option before the command', ['--json', 'annotate'], 'no option --json'],
    ['an unknown option', ['annotate', 'x.png', '--out', 'o', '--modle', 'm'], '--modle'],
    ['an option without its value', ['annotate', 'x.png', '--out'], '--out'],
    ['no --out', ['annotate', 'x.png'], '--out is needed'],
    ['no operand', ['predict', '--out', 'm.png'], 'exactly one image'],
    ['two operands for one', ['predict', 'a.png', 'b.png', '--out', 'm.png'], 'exactly one image'],
    ['an unknown format', ['annotate', 'x.png', '--out', 'o', '--format', 'png,dicom'], '"png,dicom"'],
    ['a point without sign', ['predict', 'a.png', '--out', 'm.png', '--points', '3,4'], '"3,4"'],
    [
      'a point left of the image',
      ['predict', 'a.png', '--out', 'm.png', '--points', '3,4,+;-3,4,+'],
      '-3 lies outside',
    ],
    ['no point', ['predict', 'a.png', '--out', 'm.png', '--points', ' ; '], 'names no point'],
    ['a box of three numbers', ['predict', 'a.png', '--out', 'm.png', '--box', '1,2,3'], 'four numbers'],
    ['a box without width', ['predict', 'a.png', '--out', 'm.png', '--box', '5,1,5,9'], 'left of x1'],
    ['the image as --out', ['predict', 'a.png', '--out', './a.png'], 'image itself'],
    ['half a click', ['evaluate', 'folder', '--clicks', '0.5'], 'whole number'],
    ['a spacing of nothing', ['evaluate', 'folder', '--spacing', '0'], 'above 0'],
    ['a folder without img/ and label/', ['evaluate', '/nowhere'], 'must have the folders'],
    ['no minutes', ['finetune', 'folder', '--label', 'a', '--out', 'o', '--minutes', 'many'], '"many" is not a number'],
  ])('%s', async (_, argv, reason) => {
    const { code, stdout, stderr } = await cli(argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(reason);
  });

  test('and, with --json, as JSON on standard output', async () => {
    const run = await cli(['predict', 'a.png', '--out', 'm.png', '--box', '1,2,3', '--json']);
    expect(run.code).toBe(2);
    expect(run.json()).toEqual({ error: { subject: '--box', code: 'usage', message: expect.any(String) } });
  });
});

describe('progress', () => {
  function shown(interactive: boolean, columns = 80) {
    let text = '';
    let time = 0;
    const sink = { interactive, columns, write: (chunk: string) => void (text += chunk) };
    const progress = new Progress(sink, () => time);
    return { progress, passSeconds: (seconds: number) => (time += 1000 * seconds), text: () => text };
  }

  test('elsewhere than on a terminal is a JSON line with rate and time left', () => {
    const { progress, passSeconds, text } = shown(false);
    progress.start();
    passSeconds(4);
    progress.update(2, 10, 'b.png');
    expect(JSON.parse(text())).toEqual({
      ...{ event: 'progress', done: 2, total: 10, item: 'b.png', rate: 0.5, secondsLeft: 16 },
    });
  });

  test('does not count what was done before towards the rate', () => {
    const { progress, passSeconds, text } = shown(false);
    progress.start(90);
    passSeconds(5);
    progress.update(95, 100, 'x');
    expect(JSON.parse(text())).toMatchObject({ rate: 1, secondsLeft: 5 });
  });

  test('on a terminal is one bar that is drawn over and fits the line', () => {
    const { progress, passSeconds, text } = shown(true, 60);
    progress.start();
    for (let done = 1; done <= 120; done++) {
      passSeconds(1);
      progress.update(done, 120, `a-rather-long-name-of-an-image-${done}.png`);
    }
    progress.end();
    const bars = text().split('\r\x1b[K').slice(1);
    expect(bars).toHaveLength(120);
    expect(bars[29]).toMatch(/^\[#{6}\.{18}\] 30\/120 {2}1\.0\/s {2}1:30 left/);
    for (const bar of bars) expect(bar.trimEnd().length).toBeLessThan(60);
    expect(text().endsWith('\n')).toBe(true);
  });

  test('a message does not tear the bar', () => {
    const { progress, text } = shown(true);
    progress.start();
    progress.update(1, 2, 'a');
    progress.failed({ subject: 'b', code: 'file-empty', message: 'b: the file is empty' });
    const [, above] = text().split('\r\x1b[K').slice(1);
    expect(above).toMatch(/^failed: b: the file is empty\n\[#{12}\.{12}\] 1\/2/);
  });

  test('is not written a thousand times a second, but the end is', () => {
    const { progress, passSeconds, text } = shown(false);
    progress.start();
    for (let done = 1; done <= 1000; done++) {
      passSeconds(0.001);
      progress.update(done, 1000, 'x');
    }
    const lines = text().trim().split('\n');
    expect(lines.length).toBeLessThan(5);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ done: 1000 });
  });
});

describe('names of outputs', () => {
  const image = (relativePath: string) => ({ absolutePath: `/study/${relativePath}`, relativePath });

  test('are those of the images, with the extension where it alone tells two apart', () => {
    const images = ['a.png', 'p/b.tif', 'p/b.PNG', 'a/b.png'].map(image);
    expect(outputNames(images)).toEqual(['a', 'p/b.tif', 'p/b.PNG', 'a/b']);
  });

  test('never meet, not even where upper and lower case are one', () => {
    const path = fc.stringMatching(/^[aAb~2/]{1,4}\.(png|PNG|tif)$/);
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
        const names = outputNames(paths.map(image)).map((name) => name.toLowerCase());
        expect(new Set(names).size).toBe(paths.length);
      }),
    );
  });
});
