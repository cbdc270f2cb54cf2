/** What the two containers of PyTorch have in common: one pickled object, and storages that lie in the file as raw bytes. */
import type { SourceFile } from './file';
import type { PickleValue } from './pickle';
import type { StorageRef } from './torch-globals';

/** Bounds of both containers: a ViT-B training checkpoint has a pickle of 0.4 MB and about 1,500 storages. */
export const MAX_PICKLE_BYTES = 8 * 2 ** 20;
export const MAX_STORAGES = 10_000;

/** Where a storage's bytes lie, from the beginning of the file. */
export interface StoragePlace {
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** An opened container; usable while its file is open. */
export interface TorchContainer {
  readonly root: PickleValue;
  /** Finds a storage and checks that it is as long as the pickle claims. Throws `checkpoint-corrupt`. */
  place(storage: StorageRef): Promise<StoragePlace>;
}

export type OpenContainer = (file: SourceFile) => Promise<TorchContainer>;
