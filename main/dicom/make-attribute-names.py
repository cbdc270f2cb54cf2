"""Writes attribute-names.json: what the standard calls each attribute (PS3.6, as pydicom, MIT, lists it).

Runs by hand when the standard changes, never at run time:
    pip install pydicom==3.0.2 && python make-attribute-names.py

Of groups that repeat (overlays, curves) the first stands for all.
"""

import json
from pathlib import Path

from pydicom.datadict import DicomDictionary, RepeatersDictionary

names = {f"{tag:08x}": entry[2] for tag, entry in DicomDictionary.items() if entry[2]}
for tag, entry in RepeatersDictionary.items():
    if tag[:4] in ("50xx", "60xx"):
        names[tag.replace("xx", "00")] = entry[2]
path = Path(__file__).parent / "attribute-names.json"
path.write_text(json.dumps(dict(sorted(names.items())), indent=2, ensure_ascii=False) + "\n")
