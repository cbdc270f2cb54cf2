/** The encoder and nothing else: the same image in memory, encoded again and again. */
import { Predictor, serveWorker } from '../../../main/inference';
import { readModel } from '../../../models/folder';

const { SONOMASK_MODEL_FOLDER: folder = '', SONOMASK_THREADS: threads = '1' } = process.env;
const image = { widthPx: 560, heightPx: 470, data: Uint8Array.from({ length: 560 * 470 }, (_, i) => (i * 7) % 251) };
const predictor = readModel(folder).then((model) => new Predictor(model, { threads: Number(threads) }));

const api = {
  encode: async ({ times }: { times: number }): Promise<void> => {
    const model = await predictor;
    for (let i = 0; i < times; i++) await model.encode(image);
  },
};
export type EncoderAloneApi = typeof api;

serveWorker(api);
