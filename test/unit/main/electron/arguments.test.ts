import { describe, expect, it } from 'vitest';
import { pathsIn } from '../../../../main/electron/arguments';

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
