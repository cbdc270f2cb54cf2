import { describe, expect, it } from 'vitest';
import { commandIn, pathsIn } from '../../../../main/electron/arguments';

describe('paths on the command line', () => {
  it('are those after the program, absolute, without flags', () => {
    const argv = ['/opt/SonoMask/sonomask', '--no-sandbox', 'A.sonomask', '/data/us'];
    expect(pathsIn(argv, true, '/home/me')).toEqual(['/home/me/A.sonomask', '/data/us']);
  });

  it("leave out the app's own folder in a source checkout", () => {
    expect(pathsIn(['electron', '--no-sandbox', '/work/main', 'A.sonomask'], false, '/d')).toEqual(['/d/A.sonomask']);
    expect(pathsIn(['electron', '.'], false, '/work/main')).toEqual([]);
  });
});

describe('a command on the command line', () => {
  it("is all that comes after '--', whatever it looks like", () => {
    const argv = ['sonomask-bin', '--command-line', '--', 'annotate', 'a', '--', '--b'];
    expect(commandIn(argv)).toEqual(['annotate', 'a', '--', '--b']);
    expect(commandIn(['sonomask-bin', '--command-line'])).toEqual([]);
  });
});
