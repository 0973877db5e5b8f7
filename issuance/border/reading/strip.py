"""What one line is to the OCR-B model: a strip of fixed height and pitch, evened out, and the classes it answers. Pure.

Imports numpy and OpenCV alone, since the training script runs without the service's libraries.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
GAP: Final = len(ALPHABET)  # the class of what stands between characters
PITCH_PX: Final = 16  # 2.54 mm
HEIGHT_PX: Final = 32
STRIDE_PX: Final = 4  # of strip for one answer of the model
_WINDOW: Final = 2 * HEIGHT_PX + 1

Grey = NDArray[np.uint8]


def even(strip: NDArray[np.generic]) -> NDArray[np.float32]:
    """The strip with local light and contrast taken out: float32 (HEIGHT_PX, width), about 0 on average, 1 wide."""
    grey = np.ascontiguousarray(strip, np.float32)
    mean = cv2.blur(grey, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(grey * grey, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    return np.asarray((grey - mean) / (spread + 0.25 * float(grey.std()) + 0.5), np.float32)
