"""Makes three loops of 30 frames, 800x600, as ultrasound machines write them, and measures pydicom on any of them.

`loops.py make FOLDER` writes them; `loops.py read FILE` prints {"coldMs", "firstMs", "allMs", "peakMb"}: from the file to
the first picture in a fresh process, the same again (median), and from the file to all 30.
"""
import io, json, resource, statistics, sys, time

import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless

FRAMES, ROWS, COLUMNS, RUNS = 30, 600, 800, 7


def frames():
    """Speckle in a fan, on black, as it comes from a curved probe."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:ROWS, :COLUMNS]
    r, angle = np.hypot(x - COLUMNS / 2, y + 60), np.arctan2(x - COLUMNS / 2, y + 60)
    fan = (np.abs(angle) < 0.6) & (r > 90) & (r < 650)
    for t in range(FRAMES):
        speckle = rng.rayleigh(60, (ROWS // 2, COLUMNS // 2)).repeat(2, 0).repeat(2, 1)
        lesion = np.hypot(x - 400 - t, y - 300) < 80
        yield np.where(fan, np.clip(speckle * np.where(lesion, 0.3, 1), 0, 255), 0).astype(np.uint8)


def save(path, syntax, colour, encoded=None, pixels=None):
    ds = pydicom.Dataset()
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.3.1'
    ds.SOPInstanceUID = pydicom.uid.generate_uid()
    ds.Rows, ds.Columns, ds.NumberOfFrames, ds.FrameTime = ROWS, COLUMNS, FRAMES, 33
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.SamplesPerPixel, ds.PhotometricInterpretation = (3, 'YBR_FULL_422') if colour else (1, 'MONOCHROME2')
    if colour:
        ds.PlanarConfiguration = 0
    if encoded:
        ds.PixelData = encapsulate(encoded)
        ds['PixelData'].is_undefined_length = True
    else:
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.PixelData = pixels.tobytes()
        ds.compress(syntax)
    ds.save_as(path, enforce_file_format=True)


def make(folder):
    from PIL import Image

    pixels = np.stack(list(frames()))
    jpegs = []
    for frame in pixels:
        file = io.BytesIO()
        Image.fromarray(frame).convert('RGB').save(file, 'JPEG', quality=90, subsampling='4:2:2')
        jpegs.append(file.getvalue())
    save(f'{folder}/jpeg.dcm', JPEGBaseline8Bit, True, encoded=jpegs)
    save(f'{folder}/j2k.dcm', JPEG2000Lossless, False, pixels=pixels)
    save(f'{folder}/jpeg-ls.dcm', JPEGLSLossless, False, pixels=pixels)


def timed(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def read(path):
    # Pillow for JPEG, as in the comparison of pictures; pylibjpeg for the others.
    plugin = 'pillow' if path.endswith('/jpeg.dcm') else 'pylibjpeg'
    first = lambda: pixel_array(pydicom.dcmread(path), index=0, decoding_plugin=plugin)
    cold = timed(first)
    times = [timed(first) for _ in range(RUNS)]
    everything = timed(lambda: pixel_array(pydicom.dcmread(path), decoding_plugin=plugin))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({'coldMs': cold, 'firstMs': statistics.median(times), 'allMs': everything, 'peakMb': peak}))


{'make': make, 'read': read}[sys.argv[1]](sys.argv[2])
