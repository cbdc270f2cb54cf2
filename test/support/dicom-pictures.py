"""The pictures pydicom (with pylibjpeg and Pillow) makes of the files it is shipped with: what SonoMask's must equal.

Reads the output folder from standard input as JSON; writes each picture there as raw bytes and prints a list of
{name, syntax, photometric, frames, width, height, channels, file} or {name, error}. Only files that hold pixels are listed.
"""
import hashlib, json, sys, warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_windowing, pixel_array

warnings.simplefilter('ignore')
PIXELS = ('PixelData', 'FloatPixelData', 'DoubleFloatPixelData')


def to_bytes(level):
    return np.floor(255 * np.clip(level, 0, 1) + 0.5).astype(np.uint8)


def grey(stored, ds):
    """The window of the file; else 8-bit samples as they are, deeper ones from a frame's darkest to its brightest."""
    values = apply_modality_lut(stored, ds).astype(np.float64)
    if ds.get('WindowWidth') is not None:
        low, high = (0, 2**ds.BitsStored - 1) if not ds.PixelRepresentation else (-2**(ds.BitsStored - 1), 2**(ds.BitsStored - 1) - 1)
        if 'RescaleSlope' in ds:
            low, high = (x * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for x in (low, high))
        level = (apply_windowing(values, ds) - low) / (high - low)
    elif ds.BitsStored == 8 and not ds.PixelRepresentation and 'RescaleSlope' not in ds:
        level = values / 255
    else:
        low, high = values.min(), values.max()
        level = (values - low) / (high - low) if high > low else np.zeros_like(values)
    shown = to_bytes(level)
    return 255 - shown if ds.PhotometricInterpretation == 'MONOCHROME1' else shown


def picture(stored, ds):
    if ds.PhotometricInterpretation == 'PALETTE COLOR':
        return (apply_color_lut(stored, ds) >> 8).astype(np.uint8)
    if ds.SamplesPerPixel == 1:
        return grey(stored, ds)
    return stored if stored.dtype == np.uint8 else to_bytes(stored / (2**ds.BitsStored - 1))


def decoded(ds):
    # Pillow and the reader agree on how chroma is interpolated; pylibjpeg does it otherwise.
    baseline = str(ds.file_meta.get('TransferSyntaxUID')) == '1.2.840.10008.1.2.4.50'
    return pixel_array(ds, decoding_plugin='pillow') if baseline else ds.pixel_array


def entry(path, name, folder):
    try:
        ds = pydicom.dcmread(path)
    except Exception as error:
        # Without the DICM mark pydicom reads on demand only.
        try:
            ds = pydicom.dcmread(path, force=True)
        except Exception:
            return None
        if not any(keyword in ds for keyword in PIXELS):
            return None
        return {'name': name, 'error': f'{type(error).__name__}: {error}'}
    if not any(keyword in ds for keyword in PIXELS):
        return None
    about = {'name': name, 'photometric': ds.get('PhotometricInterpretation'), 'syntax': str(getattr(ds, 'file_meta', {}).get('TransferSyntaxUID', ''))}
    try:
        stored = decoded(ds)
        frames = int(ds.get('NumberOfFrames') or 1)
        stored = stored if frames > 1 else stored[None]
        pictures = np.stack([picture(frame, ds) for frame in stored])
    except Exception as error:
        return {**about, 'error': f'{type(error).__name__}: {error}'}
    file = hashlib.sha256(name.encode()).hexdigest()
    Path(folder, file).write_bytes(pictures.tobytes())
    channels = 3 if pictures.ndim == 4 else 1
    return {**about, 'frames': frames, 'height': pictures.shape[1], 'width': pictures.shape[2], 'channels': channels, 'file': file}


folder = json.load(sys.stdin)
root = Path(pydicom.__file__).parent / 'data' / 'test_files'
files = sorted(path for path in root.rglob('*') if path.is_file() and path.suffix not in ('.py', '.json', '.xml', '.txt'))
entries = [entry(path, path.relative_to(root).as_posix(), folder) for path in files]
print(json.dumps({'root': str(root), 'entries': [found for found in entries if found]}))
