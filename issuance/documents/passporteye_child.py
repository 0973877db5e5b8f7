"""The child that runs PassportEye: a picture on stdin, a JSON list of the MRZ lines it reads on stdout."""

from __future__ import annotations

import io
import json
import struct
import sys
import warnings


def main() -> None:
    """Read, find, answer; a failure that is no answer of PassportEye's is a non-zero exit."""
    sys.stdout.write(json.dumps(lines(sys.stdin.buffer.read())))


def lines(picture: bytes) -> list[str]:
    """The lines PassportEye finds, without spaces, in capitals. [] for its answers to pictures without an MRZ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-image announces removals that our pinned version does not have
        from passporteye import read_mrz

        try:
            found = read_mrz(io.BytesIO(picture))
        except (OSError, struct.error, ValueError, IndexError, TypeError, AttributeError):
            found = None
    text = str(found.aux.get("text", "")) if found is not None else ""
    return [cleaned for line in text.splitlines() if (cleaned := "".join(line.split()).upper())]


if __name__ == "__main__":
    main()
