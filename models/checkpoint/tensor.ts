/**
 * What a checkpoint holds: a tensor is an element type, a shape and a flat row-major array. Not arithmetic; only what
 * readers and writers of weight files need.
 */
import { AppError } from '../../shared/errors';
import { bfloat16ToFloat32, float16ToFloat32 } from './float16';

/** The array that holds each element type; the two 16-bit floats are raw bits. */
interface DataByDType {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** Element types, by the names of the safetensors format. */
export type DType = keyof DataByDType;

export const ELEMENT_BYTES: Readonly<Record<DType, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export interface TensorOf<D extends DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Row-major; its length is the product of `shape`. */
  readonly data: DataByDType[D];
}

/** A union over element types: testing `dtype` tells TypeScript the type of `data`. */
export type Tensor = { [D in DType]: TensorOf<D> }[DType];

export type TensorMap = Map<string, Tensor>;

/** A tensor that is known but not yet in memory. */
export interface LazyTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Reads it from its file, a new copy at each call. Throws `AppError` where the file no longer yields it. */
  read(): Promise<Tensor>;
}

export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(ELEMENT_BYTES, name);
}

/** The product of the shape; 1 for a scalar, whose shape is empty. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** Lays a tensor over bytes that begin at an 8-byte boundary of their buffer; shares them, copies nothing. */
export function tensorOverBytes(dtype: DType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const { buffer, byteOffset } = bytes;
  const length = bytes.byteLength / ELEMENT_BYTES[dtype];
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer, byteOffset, length) };
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, length) };
    case 'F16':
    case 'BF16':
      return { dtype, shape, data: new Uint16Array(buffer, byteOffset, length) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer, byteOffset, length) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, length) };
    case 'I16':
      return { dtype, shape, data: new Int16Array(buffer, byteOffset, length) };
    case 'I8':
      return { dtype, shape, data: new Int8Array(buffer, byteOffset, length) };
    case 'U8':
    case 'BOOL':
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, length) };
  }
}

/**
 * The values as 32-bit floats. Exact for F32 (the same array, not a copy), F16, BF16 and small integers; F64 and integers
 * beyond 2^24 are rounded.
 */
export function toFloat32(tensor: Tensor): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'F16':
      return float16ToFloat32(tensor.data);
    case 'BF16':
      return bfloat16ToFloat32(tensor.data);
    case 'I64':
      return Float32Array.from(tensor.data, Number);
    default:
      return new Float32Array(tensor.data);
  }
}

/** Index of the first NaN or infinity, or -1. */
function firstNonFinite(tensor: Tensor): number {
  switch (tensor.dtype) {
    case 'F32':
    case 'F64': {
      const { data } = tensor;
      for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
      return -1;
    }
    case 'F16':
    case 'BF16': {
      // All exponent bits set means NaN or infinity.
      const exponent = tensor.dtype === 'F16' ? 0x7c00 : 0x7f80;
      const { data } = tensor;
      for (let i = 0; i < data.length; i++) if (((data[i] as number) & exponent) === exponent) return i;
      return -1;
    }
    default:
      return -1;
  }
}

/**
 * Throws `checkpoint-corrupt` if the tensor holds NaN or an infinity, naming file, tensor and the first such element: one
 * of them in a weight makes every mask empty without an error anywhere.
 */
export function checkFinite(name: string, tensor: Tensor, file: string): void {
  const index = firstNonFinite(tensor);
  if (index >= 0) {
    throw new AppError('checkpoint-corrupt', file, `${file}: tensor ${name} holds NaN or infinity at element ${index}`);
  }
}
