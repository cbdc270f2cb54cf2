/** Names are planted in everything an error can carry; none may be in what is written. */
import fc from 'fast-check';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError, ERROR_CODES } from '../../../../shared/errors';
import { describeError, describePageErrors, ERROR_TRACE, pageErrors } from '../../../../shared/error-trace';
import { CHANNELS } from '../../../../shared/ipc';
import { diagnosticsText, LogFile, logError, logTo, pruneCrashReports, relay } from '../../../../main/log';

const NAME = 'Przybylski';
/** Whatever surrounds the name: spaces, slashes, lines that look like places in code. */
const around = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '\n    at ',
    '/data/',
    'C:\\Users\\',
    ' (',
    '.js:1:2)',
    '.dcm',
    '\n    at f (/x/',
    '/main.cjs:3:4)',
    'EACCES',
  ),
);
const planted = fc
  .tuple(fc.array(around, { maxLength: 4 }), fc.array(around, { maxLength: 4 }))
  .map(([before, after]) => `${before.join('')}${NAME}${after.join('')}`);

afterEach(() => logTo((line) => void process.stderr.write(`${line}\n`)));

describe('what is logged of an error', () => {
  it('has no word of its message, subject, name, code or cause', () => {
    fc.assert(
      fc.property(planted, planted, fc.constantFrom(...ERROR_CODES), fc.boolean(), (one, other, code, later) => {
        const cause = Object.assign(new TypeError(other), { code: one, name: other, path: one });
        const error = new AppError(code, one, other, { cause });
        if (later) error.message = one;
        for (const thrown of [error, cause, new Error(one), one, { message: one }, new Error('x', { cause: one })]) {
          const line = describeError(thrown);
          expect(line).not.toContain(NAME);
          expect(line).toMatch(ERROR_TRACE);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has its kind, code, ending and where it was thrown', () => {
    const error = new AppError('file-unreadable', `/studies/${NAME}/scan.DCM`, 'no', {
      cause: Object.assign(new Error(`open ${NAME}`), { code: 'EACCES' }),
    });
    expect(describeError(error)).toMatch(
      /^AppError file-unreadable \.dcm at log\/log\.test\.ts:\d+:\d+.*; by Error EACCES at log\/log\.test\.ts/,
    );
    expect(describeError('text')).toBe('no error but string');
  });
});

describe('what the page tells of an error', () => {
  it('is its kind, its code and places in our own scripts, whatever it is called, says or comes from', () => {
    fc.assert(
      fc.property(planted, planted, fc.constantFrom(...ERROR_CODES), (one, other, code) => {
        const cause = Object.assign(new TypeError(other), { name: other });
        const error = new AppError(code, one, other, { cause });
        for (const thrown of [error, cause, one, { message: one }, Object.assign(new Error(one), { stack: one })]) {
          const { errors } = CHANNELS['diagnostics.pageFailed'].request.parse({ errors: pageErrors(thrown) });
          const line = describePageErrors(errors, (file) => file === 'log.test.ts');
          expect(line).not.toContain(NAME);
          expect(line).toMatch(ERROR_TRACE);
        }
      }),
      { numRuns: 1_000 },
    );
    const errors = pageErrors(new AppError('usage', NAME, NAME, { cause: new TypeError(NAME) }));
    expect(describePageErrors(errors, (file) => file === 'log.test.ts')).toMatch(
      /^AppError usage at log\.test\.ts:\d+:\d+; by TypeError at log\.test\.ts:\d+:\d+$/,
    );
  });

  it('is refused where it has words of its own, and a place in no script of ours is left out', () => {
    const { request } = CHANNELS['diagnostics.pageFailed'];
    const place = { file: `${NAME}.js`, line: 1, column: 2 };
    const told = (fields: object): unknown => ({ errors: [{ kind: 'Error', code: null, places: [place], ...fields }] });
    for (const wrong of [told({ kind: NAME }), told({ code: NAME }), told({ places: [NAME] }), { errors: [NAME] }])
      expect(request.safeParse(wrong).success).toBe(false);
    expect(request.safeParse({ trace: `Error ${NAME}` }).success).toBe(false);
    const { errors } = request.parse(told({ words: NAME }));
    expect(describePageErrors(errors, (file) => file === 'index.js')).toBe('Error');
  });
});

describe('the log', () => {
  it('is one line an error, which another process of ours takes in', () => {
    const lines: string[] = [];
    logTo((line) => lines.push(line));
    logError('study', new Error(`two\nlines of ${NAME}`));
    expect(lines).toHaveLength(1);
    expect(relay(lines[0]!)).toBe(true);
    expect(lines[1]).toBe(lines[0]);
    expect(relay(`[W:onnxruntime] cannot open /data/${NAME}`)).toBe(false);
    expect(relay(`2026-11-29T06:00:00.000Z error study: "${NAME}"`)).toBe(false);
    expect(lines).toHaveLength(2);
  });

  it('keeps five files of limited size, and forgets the oldest', () => {
    const file = new LogFile(join(mkdtempSync(join(tmpdir(), 'sonomask-log-')), 'logs'), {
      bytesPerFile: 1_000,
      files: 5,
    });
    for (let n = 0; n < 400; n++) file.write(`line ${n} ${'x'.repeat(40)}`);
    const names = readdirSync(file.folder).sort();
    expect(names).toEqual(['sonomask.1.log', 'sonomask.2.log', 'sonomask.3.log', 'sonomask.4.log', 'sonomask.log']);
    for (const name of names) expect(statSync(join(file.folder, name)).size).toBeLessThanOrEqual(1_000);
    expect(file.tail(25).map((line) => line.split(' ')[1])).toEqual(Array.from({ length: 25 }, (_, n) => `${375 + n}`));
    expect(new LogFile(file.folder, { bytesPerFile: 1_000, files: 5 }).tail(1)[0]).toContain('line 399');
  });

  it('stops nothing where it cannot be written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sonomask-log-'));
    writeFileSync(join(folder, 'logs'), 'a file where the folder should be');
    expect(() => new LogFile(join(folder, 'logs')).write('line')).not.toThrow();
    expect(readFileSync(join(folder, 'logs'), 'utf8')).toContain('a file');
  });
});

it('keeps five crash reports, none older than thirty days', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-crashes-'));
  mkdirSync(join(folder, 'pending'));
  for (let days = 0; days < 8; days++) {
    const path = join(folder, 'pending', `${days}.dmp`);
    writeFileSync(path, 'memory');
    const at = Date.now() / 1_000 - days * 10 * 86_400;
    utimesSync(path, at, at);
  }
  expect(pruneCrashReports(folder)).toBe(3);
  expect(readdirSync(join(folder, 'pending')).sort()).toEqual(['0.dmp', '1.dmp', '2.dmp']);
  for (let n = 3; n < 9; n++) writeFileSync(join(folder, 'pending', `${n}.dmp`), 'memory');
  expect(pruneCrashReports(folder)).toBe(5);
  expect(pruneCrashReports(join(folder, 'none'))).toBe(0);
});

it("tells those who help counts and reasons, not the runtime's words nor the model's and labels' names", () => {
  const text = diagnosticsText({
    versions: { sonomask: '1.0.0', electron: '45', chrome: '150', node: '22' },
    system: { os: 'Linux 6', arch: 'x64', cpus: 2, cpu: 'CPU' },
    memory: { total: 2 ** 33, free: 2 ** 32, ours: 2 ** 29 },
    gpu: '10de:2330',
    inference: {
      state: 'failed',
      problem: { code: 'model-invalid', subject: `/home/${NAME}`, message: NAME },
      model: { id: 'a'.repeat(64), encoderId: 'b'.repeat(64), name: NAME, heads: [] },
      provider: {
        offered: ['webgpu', 'cpu'],
        chosen: 'auto',
        used: 'cpu',
        refused: [{ provider: 'webgpu', reason: 'not-installed', detail: `/home/${NAME}/lib.so` }],
      },
      queue: { waiting: 0, running: null, batch: null, done: 3, failed: 1, lastMs: 812.4 },
    },
    project: {
      frames: { unopened: 4, proposed: 3, corrected: 2, accepted: 1, rejected: 0, failed: 5 },
      labels: 2,
      onServer: false,
    },
    crashReports: 1,
    log: ['2026-11-29T06:00:00.000Z note process: encode worker ended: code 134'],
  });
  expect(text).not.toContain(NAME);
  expect(text).toContain('webgpu: not-installed');
  expect(text).toContain('labels 2, frames unopened 4, proposed 3, corrected 2, accepted 1, rejected 0, failed 5');
  expect(text.split('\n').at(-1)).toContain('encode worker ended');
});
