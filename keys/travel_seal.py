"""The seal of a travel document: its zone -> the bytes a seal signer signs -> the seal.

Writes only. It must not verify (`keys/seal_verify.py`), draw, or know where documents come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from keys import vds
from keys.seal import SealDraft, header_of
from keys.signing import Purpose, Signer
from keys.travel_seal_contents import definition_of, signer_checks, travel_checks
from keys.verdict import Check
from specs.errors import Fault, Invalid
from specs.schema import Specification
from specs.schema.travel_seal import TravelSealDefinition


@dataclass(frozen=True, slots=True)
class TravelSealRequest:
    """What the seal of one travel document says. lines: of its MRZ, as printed; zone_format: `TD3` or `TD2`; issued_on:
    its date of issue."""

    reference: str
    lines: Sequence[str]
    zone_format: str
    issued_on: date
    spec: Specification

    @property
    def purpose(self) -> Purpose:
        return Purpose.seal_signer

    def draft(self, signer: Signer, now: datetime) -> SealDraft:
        """The seal for this signer, dated on the civil day of `now` in Libya. Raises `Invalid`: a document of this
        format bears no seal, or the lines are no zone of it."""
        rules = self.spec.passport.seal
        definition = rules.made_for(self.zone_format)
        if definition is None:
            words = f"وثيقة {self.zone_format} بلا ختم", f"a {self.zone_format} document bears no seal"
            raise Invalid(Fault("keys.seal.format", *words, field="zone_format", clause=rules.made.source))
        header = header_of(
            signer.certificate,
            issuer=self.spec.pki_profiles.names.mrz_country_code,
            issued_on=self.issued_on,
            now=now,
            dated=self.spec.certificate_seal,
            definition=(definition.feature_definition_reference, definition.type_category, rules.seal_version),
        )
        features = [(definition.features[0].tag, vds.encode_c40(self._zone(definition)))]

        def judged(seal: vds.Seal) -> list[Check]:
            if definition_of(seal, self.spec) is not definition:
                return [Check("seal.definition", "profile", "fail", "another kind of seal", "ختم من نوع آخر", "")]
            checks = travel_checks(seal, definition, self.spec)
            return [*checks, *signer_checks(seal, definition, signer.certificate, self.spec)]

        return SealDraft(vds.encode(header, features), signer.certificate, rules.signature.bytes, judged)

    def _zone(self, definition: TravelSealDefinition) -> str:
        form = self.spec.text_mrz.formats[self.zone_format]
        if [len(line) for line in self.lines] != [form.line_characters] * form.lines:
            ar, en = (
                f"ليست منطقة {self.zone_format}",
                f"no {self.zone_format} zone: {form.lines} x {form.line_characters}",
            )
            raise Invalid(Fault("keys.seal.mrz", ar, en, field="mrz", clause=definition.source))
        return "".join(self.lines)
