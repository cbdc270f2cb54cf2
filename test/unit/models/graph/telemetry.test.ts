/** onnxruntime's packages tell Microsoft how they are used unless they are told not to, before their first session. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../support/study-folder';

const SESSION = `
  import { createSession } from './models/graph';
  import { add } from './models/graph/ops';
  import { input } from './models/graph/value';
  const x = input('x', [1]);
  const session = await createSession({ y: add(x, x) }, () => ({ kind: 'input' }));
  console.log((await session.run({ x: { shape: [1], data: Float32Array.of(2) } })).y.data[0]);
`;

describe.skipIf(process.platform !== 'linux')('a session', () => {
  it('leaves no id of the computer and no events to be sent', () => {
    const home = temporaryFolder();
    const { ORT_DISABLE_TELEMETRY: _, CI: _ci, ...env } = process.env;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', SESSION];
    const printed = execFileSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...env, HOME: home, XDG_CACHE_HOME: '' },
    });
    expect(printed.trim()).toBe('4');
    expect(existsSync(join(home, '.cache', 'Microsoft'))).toBe(false);
  });
});
