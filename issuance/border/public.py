"""What other domains may ask of the border's readers: the files of a chip, told apart by name or content."""

from __future__ import annotations

from issuance.border.chip_files import Chip, collect

__all__ = ["Chip", "collect"]
