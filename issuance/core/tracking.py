"""The private code by which an applicant follows a request: shown once, kept only as a digest. Pure."""

from __future__ import annotations

from hashlib import sha256

TRACKING_BYTES = 10
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_TAKEN_FOR = str.maketrans("OIL", "011")


def tracking_code(secret: bytes) -> str:
    """Ten secret bytes as people write them down: `7K2M-...`, capitals and digits that nobody takes for each other."""
    value = int.from_bytes(secret)
    signs = "".join(_SIGNS[value >> shift & 31] for shift in range(len(secret) * 8 - 5, -1, -5))
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def tracking_digest(code: str, of: str) -> str:
    """What a table keeps of the code; it cannot be read back. of: the kind of request (`passport-application`).

    Small letters, missing or other separators, digits of any script, and O for 0 mean the same code.
    """
    digits = (str(int(sign)) if sign.isdecimal() else sign for sign in code.upper() if sign.isalnum())
    return sha256(f"{of}:".encode() + "".join(digits).translate(_TAKEN_FOR).encode()).hexdigest()
