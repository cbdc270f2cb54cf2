/** Readers and writers of weight files. Everything other rooms may use of this folder. */
export { float16ToFloat32, float32ToFloat16 } from './float16';
export { readSafetensors, readSafetensorsHeader, type SafetensorsHeader, type TensorInfo } from './safetensors-read';
export { writeSafetensors } from './safetensors-write';
export {
  checkFinite,
  toFloat32,
  type DType,
  type LazyTensor,
  type Tensor,
  type TensorMap,
  type TensorOf,
} from './tensor';
export { readTorchCheckpoint, type TorchCheckpoint } from './torch-checkpoint';
