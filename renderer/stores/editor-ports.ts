/**
 * The editor's ports as they really are: clicks over the port to the prompt worker, saves through main. Not what the
 * editor does with the answers.
 */
import { AppError } from '../../shared/errors';
import type { PromptApi } from '../../shared/prompt-worker';
import { WorkerClient } from '../../shared/worker-client';
import type { EditorPorts } from '../editor';
import { call, onPort } from '../ipc';

/**
 * @param wantEmbedding has the encoder work on a frame
 * @param onNewWorker a prompt worker is there that holds no embeddings yet
 */
export function connectEditor(wantEmbedding: (frameId: number) => void, onNewWorker: () => void): EditorPorts {
  let worker: WorkerClient<PromptApi> | null = null;
  onPort('prompt', (port) => {
    worker?.close();
    worker = new WorkerClient<PromptApi>('prompt', port);
    onNewWorker();
  });
  const connected = (): WorkerClient<PromptApi> => {
    if (worker) return worker;
    throw new AppError('worker-died', 'prompt', 'the prompt worker has not started yet');
  };
  return {
    decode: async (request, signal) => connected().request('decode', request, { signal }),
    propose: async (request, signal) => connected().request('propose', request, { signal }),
    wantEmbedding,
    save: (edit) => call('masks.save', edit),
    masksOf: (frameId) => call('masks.ofFrame', { frameId }),
  };
}
