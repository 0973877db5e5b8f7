"""The child that runs PassportEye: a picture on stdin, a JSON list of the MRZ lines it reads on stdout."""

from __future__ import annotations

import io
import json
import struct
import sys
import warnings


def main() -> None:
    """Read, find, answer. [] for its answers to pictures without an MRZ; any other failure is a non-zero exit."""
    warnings.simplefilter("ignore")  # scikit-image announces removals that our pinned version does not have
    from passporteye import read_mrz

    try:
        found = read_mrz(io.BytesIO(sys.stdin.buffer.read()))
    except (OSError, struct.error, ValueError, IndexError, TypeError, AttributeError):
        found = None
    text = str(found.aux.get("text", "")) if found is not None else ""
    lines = [cleaned for line in text.splitlines() if (cleaned := "".join(line.split()).upper())]
    sys.stdout.write(json.dumps(lines))


if __name__ == "__main__":
    main()
