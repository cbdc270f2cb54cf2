/** AutoSAMUS as code: what other rooms may use. */
export { GRID_SIZE, INPUT_SIZE_PX, LOW_RES_SIZE, type HeadConfig, type ModelConfig } from './config';
export { BUNDLED, BUNDLED_HEAD, headConfigSchema, REFERENCE_HEAD, REFERENCE_VIT_B } from './config';
export { decoderGraph, encoderGraph, headGraph, isHeadWeight } from './graphs';
export { inferHeadConfig, inferModelConfig } from './infer-config';
export { POINT_LABEL } from './prompt-encoder';
