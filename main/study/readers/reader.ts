/** What every reader gives: an image opened by its header alone, whose frames are decoded when asked for. */
import type { ImageCalibration, SourceImage } from '../../../shared/domain';
import type { ColourImage } from '../../../shared/image';
import type { ImageFormat } from '../format';

/** What the file says of its pixels. */
export interface ImageMetadata {
  readonly format: ImageFormat;
  readonly sizeBytes: number;
  readonly frameCount: number;
  /** As stored, before frames were made grey; known from the header, else with the first decoding. */
  readonly channels?: number;
  readonly bitsPerSample?: number;
}

/** A decoded frame. */
export interface Pixels {
  readonly frame: ColourImage;
  readonly channels: number;
  readonly bitsPerSample: number;
}

/** An image whose header was read. Holds no file open. */
export interface OpenImage {
  readonly metadata: ImageMetadata;
  /** Where the header tells one size for all frames. */
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** Time from frame to frame, milliseconds; absent where the file does not say. */
  readonly frameTimeMs?: number;
  readonly calibration?: ImageCalibration;
  /** Study and series that the file names itself, whatever folder it is in. */
  readonly place?: Pick<SourceImage, 'study' | 'series'>;
  /** Memory this image keeps between two frames, beyond its header. */
  readonly keptBytes: number;
  /**
   * @param index 0-based, below `frameCount`
   * @throws AppError `format-corrupt`, `format-unknown`, `too-large`, or the system's error of reading
   */
  decode(index: number): Promise<Pixels>;
}
