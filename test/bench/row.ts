/** One measurement in a process of its own, so that its peak memory is its own: `tsx row.ts ROW MODEL_FOLDER`. */
import { BUNDLED_HEAD, GRID_SIZE, LOW_RES_SIZE } from '../../models/autosamus';
import { readModel } from '../../models/folder';
import { ADAM, headLoss, neutralHead, Trainer } from '../../models/training';
import { Predictor } from '../../main/inference';
import { TRAIN_BATCH } from './models';
import { median } from './statistics';

export type Row = 'encode' | 'decode' | 'propose' | 'finetune';

const THREADS = 2;
const WARM_UP = 2;
const RUNS: Record<Row, number> = { encode: 7, decode: 25, propose: 25, finetune: 7 };

const [row, folder] = process.argv.slice(2) as [Row, string];
const model = await readModel(folder);
const predictor = new Predictor(model, { threads: THREADS });
const image = { widthPx: 256, heightPx: 256, data: new Uint8Array(65536).map((_, i) => (i * 7) % 251) };

async function prepare(): Promise<() => Promise<unknown>> {
  if (row === 'encode') return () => predictor.encode(image);
  const { promptDim } = model.manifest.config;
  const data = new Float32Array(promptDim * GRID_SIZE * GRID_SIZE).map((_, i) => Math.sin(i));
  const embedding = { encoderId: model.manifest.encoderId, widthPx: 256, heightPx: 256, data };
  if (row === 'decode') {
    const previous = new Float32Array(LOW_RES_SIZE * LOW_RES_SIZE);
    return () => predictor.decode(embedding, { points: [{ x: 100, y: 90, positive: true }] }, previous);
  }
  if (row === 'propose') return () => predictor.propose(embedding, 'lesion');
  const start = neutralHead(model.manifest.config, BUNDLED_HEAD, 1);
  const trainer = await Trainer.create({
    loss: headLoss(model.manifest.config, BUNDLED_HEAD, TRAIN_BATCH),
    start,
    frozen: model.weights,
    optimizer: ADAM,
    session: { weightsFolder: folder, threads: THREADS },
  });
  const batch = {
    image_embedding: {
      shape: [TRAIN_BATCH, promptDim, GRID_SIZE, GRID_SIZE],
      data: new Float32Array(TRAIN_BATCH * data.length).map((_, i) => Math.sin(i)),
    },
    target: {
      shape: [TRAIN_BATCH, 1, LOW_RES_SIZE, LOW_RES_SIZE],
      data: new Float32Array(TRAIN_BATCH * LOW_RES_SIZE * LOW_RES_SIZE).map((_, i) => i % 2),
    },
  };
  return () => trainer.train(batch, 1e-5);
}

const run = await prepare();
const times: number[] = [];
for (let i = 0; i < WARM_UP + RUNS[row]; i++) {
  const start = performance.now();
  await run();
  if (i >= WARM_UP) times.push(performance.now() - start);
}
console.log(JSON.stringify({ ms: median(times), peakMb: process.resourceUsage().maxRSS / 1024 }));
