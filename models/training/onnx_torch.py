"""placeholder"""
import json, struct
import torch
Model=None
DTYPES = {"F32": torch.float32, "F16": torch.float16, "I64": torch.int64}

def read_safetensors(path):
    """Tensors of a safetensors file, by name."""
    data = bytearray(open(path, "rb").read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(bytes(data[8 : 8 + length]))
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        raw = torch.frombuffer(data[start:end], dtype=DTYPES[entry["dtype"]]) if end > start else torch.empty(0)
        tensors[name] = raw.reshape(entry["shape"]).clone()
    return tensors


def write_safetensors(path, tensors):
    """Writes fp32 tensors, sorted by name, through a temporary file."""
    header, blobs, offset = {}, [], 0
    for name in sorted(tensors):
        blob = tensors[name].detach().float().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{path}.tmp", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    import os
    os.replace(f"{path}.tmp", path)
