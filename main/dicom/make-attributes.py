"""Writes attributes.json: what the PS3.15 basic profile does with each attribute, and every standard attribute's VR.

Runs by hand when the standard changes, never at run time:
    pip install dicom-anonymizer==2.1.0 pydicom==3.0.2 && python make-attributes.py

The actions are those of PS3.15 table E.1-1, edition 2026c, as dicom-anonymizer (BSD-3-Clause, Kitware) lists them; the
VRs are those of PS3.6 as pydicom (MIT) lists them. Overlays and curves, which repeat, are dealt with in profile.ts.
"""

import json
from pathlib import Path

from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as profile
from pydicom.datadict import DicomDictionary

ACTIONS = {
    "D": profile.D_TAGS,
    "Z": profile.Z_TAGS,
    "X": profile.X_TAGS,
    "U": profile.U_TAGS,
    "Z/D": profile.Z_D_TAGS,
    "X/Z": profile.X_Z_TAGS,
    "X/D": profile.X_D_TAGS,
    "X/Z/D": profile.X_Z_D_TAGS,
    "X/Z/U*": profile.X_Z_U_STAR_TAGS,
}


def by_key(pairs):
    grouped = {}
    for key, tag in pairs:
        grouped.setdefault(key, []).append(tag)
    return {key: " ".join(sorted(tags)) for key, tags in sorted(grouped.items())}


# Tags with a mask (four numbers) repeat.
actions = by_key(
    (action, f"{tag[0]:04x}{tag[1]:04x}") for action, tags in ACTIONS.items() for tag in tags if len(tag) == 2
)
vrs = by_key((entry[0], f"{tag:08x}") for tag, entry in DicomDictionary.items() if entry[0] != "NONE")
path = Path(__file__).parent / "attributes.json"
path.write_text(json.dumps({"edition": "2026c", "actions": actions, "vrs": vrs}, indent=2) + "\n")
