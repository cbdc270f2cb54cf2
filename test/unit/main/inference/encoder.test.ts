import { afterEach, describe, expect, it } from 'vitest';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import type { EncodeApi } from '../../../../main/inference/encode-api';
import { Encoder } from '../../../../main/inference/encoder';
import type { ProviderChoice } from '../../../../shared/ipc';

const ODD = new URL('./odd-encode.worker.ts', import.meta.url);
const REQUEST = { path: '/a.png', frameIndex: 0, frameSha256: 'a'.repeat(64) };

let worker: WorkerHost<EncodeApi>;
afterEach(() => worker.dispose());

/** On Windows, which offers DirectML, WebGPU and the CPU. */
function encoder(conduct: Record<string, string>, choice: ProviderChoice = 'auto'): Encoder {
  worker = new WorkerHost<EncodeApi>('encode', forkProcess(ODD, { CONDUCT: JSON.stringify(conduct) }));
  return new Encoder(worker, choice, () => undefined, 'win32');
}

/** Which provider the frame was encoded on. */
async function encodedOn(subject: Encoder): Promise<string> {
  const { halves } = await subject.encode(REQUEST, new AbortController().signal);
  return String.fromCharCode(...halves);
}

describe('the provider', () => {
  it('is the first that passes its self-test', async () => {
    const subject = encoder({});
    expect(await encodedOn(subject)).toBe('dml');
    expect(subject.status).toEqual({ offered: ['dml', 'webgpu', 'cpu'], chosen: 'auto', used: 'dml', refused: [] });
  });

  it.each([
    ['has no device', 'absent', 'no-device'],
    ['computes something else than the CPU', 'wrong', 'wrong-result'],
    ['brings its process down', 'dies', 'crashed'],
  ])('gives way to the next when it %s, and the reason is told', async (_, conduct, reason) => {
    const subject = encoder({ dml: conduct, webgpu: conduct });
    expect(await encodedOn(subject)).toBe('cpu');
    expect(subject.status).toMatchObject({
      used: 'cpu',
      refused: [
        { provider: 'dml', reason },
        { provider: 'webgpu', reason },
      ],
    });
  });

  it.each(['fails-later', 'dies-later'])('that %s loses no frame', async (conduct) => {
    const subject = encoder({ dml: conduct });
    expect(await encodedOn(subject)).toBe('webgpu');
    expect(subject.status).toMatchObject({ used: 'webgpu', refused: [{ provider: 'dml' }] });
  });

  it('is the one chosen, and another at once when another is chosen', async () => {
    const subject = encoder({ webgpu: 'absent' }, 'webgpu');
    expect(await encodedOn(subject)).toBe('dml');
    subject.choose('cpu');
    expect(subject.status).toMatchObject({ chosen: 'cpu', used: null, refused: [] });
    expect(await encodedOn(subject)).toBe('cpu');
  });

  it('throws only when even the CPU fails', async () => {
    const subject = encoder({ dml: 'fails-later', webgpu: 'fails-later', cpu: 'fails-later' });
    await expect(encodedOn(subject)).rejects.toMatchObject({ code: 'provider-failed', subject: 'cpu' });
  });
});
