/** Inference: what other rooms may use. */
export { Predictor, type FrameEmbedding, type Prediction } from './predictor';
