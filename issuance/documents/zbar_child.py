"""The child that runs zbar: a picture on stdin, a JSON list of texts on stdout. If zbar aborts, only it ends."""

from __future__ import annotations

import io
import json
import sys

from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode


def main() -> None:
    """Read, decode, answer. Any failure is a non-zero exit."""
    image = Image.open(io.BytesIO(sys.stdin.buffer.read())).convert("L")
    texts = [found.data.decode("utf-8", errors="replace") for found in decode(image, symbols=[ZBarSymbol.QRCODE])]
    sys.stdout.write(json.dumps(list(dict.fromkeys(texts))))


if __name__ == "__main__":
    main()
