"""What other domains may ask of biometrics."""

from __future__ import annotations

from issuance.mrtd.portrait import Assessment, assess
from issuance.mrtd.portrait_checks import Check

__all__ = ["Assessment", "Check", "assess"]
