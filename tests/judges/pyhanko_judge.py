"""pyHanko's validator, in a thread of its own: it starts an event loop, and a browser test leaves one in ours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pyhanko.sign.validation import validate_pdf_signature


def judged(signature: Any, *contexts: Any) -> Any:
    """What `validate_pdf_signature` says of one embedded signature."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(validate_pdf_signature, signature, *contexts).result()
