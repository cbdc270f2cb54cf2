/** An encode worker that the file `deadly.png` brings down, as a damaged file may bring down a decoder. */
import { encodeApi } from '../../../../main/inference/encode-api';
import { serveWorker } from '../../../../main/inference';

const api = encodeApi(process.env['SONOMASK_MODEL_FOLDER'] ?? '', 1);

serveWorker({
  ...api,
  propose: (request: Parameters<typeof api.propose>[0]) => {
    if (request.path.endsWith('deadly.png')) process.kill(process.pid, 'SIGKILL');
    return api.propose(request);
  },
});
