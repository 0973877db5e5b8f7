"""The code of a travel document's seal, as its page holds it: octets and number, drawn to the specification's size.

Knows no signature and no zone: what is sealed comes in ready made.
"""

from __future__ import annotations

from dataclasses import dataclass

from issuance.documents.barcodes import Drawn, octets_qr
from specs.errors import Fault, Invalid
from specs.schema.travel_seal import TravelSealSpec


@dataclass(frozen=True, slots=True)
class PageSeal:
    """octets: the whole seal; number: of the document, printed beneath; rules: how it is drawn and where it stands."""

    octets: bytes
    number: str
    rules: TravelSealSpec

    def drawn(self, side_mm: float) -> Drawn:
        """The code for a square of that side. Raises `Invalid` when it does not fit."""
        symbol = self.rules.symbol
        drawn = octets_qr(
            self.octets,
            error_correction=symbol.error_correction,
            module_mm=symbol.module_mm,
            quiet_zone_modules=symbol.quiet_zone_modules,
        )
        if drawn.side_mm > side_mm + 1e-6:
            ar = f"رمز الختم {drawn.side_mm:.1f} مم والموضع {side_mm:g} مم"
            en = f"the code of the seal is {drawn.side_mm:.1f} mm wide, its place {side_mm:g} mm"
            raise Invalid(Fault("documents.seal.too_large", ar, en, field="seal", clause=symbol.source))
        return drawn
