"""What the seal of a travel document says, judged by the specification: its zone, States, dates; ours and others'.

Pure reading of a decoded seal; one set of rules for the signer's lint and the verifier. It checks no signature. The
zone is read by the positions of `text/mrz.yaml` alone: it shares no code with the reader of printed zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from keys import vds
from keys.right_to_sign import Said, signs_for_state, signs_type
from keys.seal_contents import civil_day
from keys.verdict import Check
from keys.x509 import read_certificate
from specs.errors import Invalid
from specs.schema import Specification
from specs.schema.text import Mrz, MrzFormat
from specs.schema.travel_seal import TravelFeature, TravelSealDefinition

_ZONE: Final = re.compile(r"[A-Z0-9<]+")
_STANDARD: Final = "Doc 9303-13 §2"


def definition_of(seal: vds.Seal, spec: Specification) -> TravelSealDefinition | None:
    """Which seal of a travel document the header claims to be, if any."""
    header = seal.header
    return spec.passport.seal.kind_of(header.issuer, header.definition, header.category)


def is_our_travel_seal(seal: vds.Seal, spec: Specification) -> bool:
    """Does the header claim a travel document of our State?"""
    return definition_of(seal, spec) is not None and seal.header.issuer == spec.pki_profiles.names.mrz_country_code


def travel_facts(seal: vds.Seal, definition: TravelSealDefinition, spec: Specification) -> dict[str, Any]:
    """kind; mrz: its lines, in full but for those of a visa, the second of which is cut; format; fields: by the names
    of `mrtd.mrz`, without `composite`; every other feature by its id, octets in hexadecimal."""
    facts: dict[str, Any] = {"kind": definition.id}
    for feature, value in _features(seal, definition):
        if feature.encoding == "zone":
            lines = zone_lines(feature, value, spec.text_mrz)
            if lines is not None:
                facts["mrz"], facts["format"] = list(lines), feature.zone_format
                facts["fields"] = zone_fields("".join(lines), _form(feature, spec.text_mrz))
        elif feature.encoding == "number":
            facts[feature.id] = int.from_bytes(value[:1], "big")
        elif feature.encoding == "octets":
            facts[feature.id] = value.hex()
        elif (text := _c40(value)) is not None:
            facts[feature.id] = text.rstrip()
    return facts


def travel_checks(seal: vds.Seal, definition: TravelSealDefinition, spec: Specification) -> list[Check]:
    """Features by their definition, the zone by its check digits, one State in both. Ours are held to the letter."""
    ours = is_our_travel_seal(seal, spec)
    wrong, odd = [*_feature_faults(seal, definition, spec)], [*_unknown_features(seal, definition)]
    if seal.header.signed_on < seal.header.issued_on:
        wrong.append("it is signed before it is issued")
    if ours:
        rules = spec.passport.seal
        if seal.header.version != rules.seal_version or len(seal.signature) != rules.signature.bytes:
            wrong.append("version or signature length differ from the specification")
        if len(seal.features) != len(definition.features):
            wrong.append("the features are not those of the specification, each once")
    checks = [_told("seal.contents", wrong, "as specified", "محتوى الختم يخالف المواصفة", definition.source)]
    checks += [Check("seal.features", "profile", "warning", one, "في الختم خاصية غير معروفة", _STANDARD) for one in odd]
    facts = travel_facts(seal, definition, spec)
    if (fields := facts.get("fields")) is not None:
        text, form = "".join(facts["mrz"]), spec.text_mrz.formats[facts["format"]]
        digits = [f"the check digit of {name} is wrong" for name in wrong_digits(text, form, spec.text_mrz)]
        checks.append(
            _told("seal.zone", digits, "its check digits fit", "رقم تحقق في المنطقة المختومة خطأ", form.source)
        )
        issuer = seal.header.issuer.rstrip()
        differs = [] if fields["issuer"] == issuer else [f"the seal is of {issuer}, its zone of {fields['issuer']}"]
        checks.append(_told("seal.issuer", differs, "one State", "دولة الختم غير دولة المنطقة", _STANDARD))
    return checks


def signer_checks(
    seal: vds.Seal, definition: TravelSealDefinition, certificate: bytes, spec: Specification
) -> list[Check]:
    """The signer's State is the seal's, and its documentTypeList, where it has one, names the zone's document."""
    signer = read_certificate(certificate)
    state = seal.header.issuer.rstrip()
    checks = [_right("seal.country", signs_for_state(state, signer, spec.border_inspection.signer_countries))]
    fields = travel_facts(seal, definition, spec).get("fields")
    if fields is not None and (said := signs_type(fields["document_code"], signer)) is not None:
        checks.append(_right("seal.document_type", said))
    return checks


def travel_expiry_check(
    seal: vds.Seal, definition: TravelSealDefinition, at: datetime, spec: Specification
) -> Check | None:
    """A document past its last day is genuine and no longer valid; None where the zone names no day."""
    fields = travel_facts(seal, definition, spec).get("fields") or {}
    last = expiry_day(fields.get("expiry_date", ""), spec.text_mrz)
    if last is None:
        return None
    if civil_day(at, spec.certificate_seal) > last:
        reason = f"genuine or not, the document is no longer valid: it expired after {last}"
        return Check("seal.expiry", "policy", "fail", reason, f"انتهت صلاحية الوثيقة بعد {last}", definition.source)
    return Check("seal.expiry", "policy", "pass", f"valid until {last}", f"صالحة حتى {last}", definition.source)


def zone_lines(feature: TravelFeature, value: bytes, mrz: Mrz) -> tuple[str, ...] | None:
    """The lines of the zone, fillers as `<`; None when the octets are no zone of that length."""
    text = _c40(value)
    if text is None or len(text) != feature.zone_characters:
        return None
    text, width = text.replace(" ", "<"), _form(feature, mrz).line_characters
    return tuple(text[at : at + width] for at in range(0, len(text), width))


def zone_fields(text: str, form: MrzFormat) -> dict[str, str]:
    """The fields of a zone, its lines joined; empty where the zone is cut before them."""

    def at(position: str) -> str:
        start, stop = form.span(position)
        return text[start:stop]

    surname, _, given = at(form.name).rstrip("<").partition("<<")
    surname, given = (re.sub("<+", " ", part).strip() for part in (surname, given))
    number, optional = at(form.document_number), [at(position).rstrip("<") for position in form.optional]
    if form.long_document_number and at(form.document_number_check) == "<" and optional[0]:
        rest, _, left = optional[0].partition("<")  # the number goes on there, and ends with its check digit
        number, optional[0] = number + rest[:-1], left.rstrip("<")
    return {
        "document_code": at(form.document_code).rstrip("<"),
        "issuer": at(form.issuer).rstrip("<"),
        "name": f"{surname}, {given}" if given else surname,
        "surname": surname,
        "given": given,
        "document_number": number.rstrip("<"),
        "nationality": at(form.nationality).rstrip("<"),
        "birth_date": at(form.birth_date),
        "sex": at(form.sex),
        "expiry_date": at(form.expiry_date),
        "optional": "".join(optional),
    }


def wrong_digits(text: str, form: MrzFormat, mrz: Mrz) -> Iterator[str]:
    """Names of the fields whose check digit does not fit, of those within the text (Doc 9303-3 §4.9)."""

    def at(position: str) -> str:
        start, stop = form.span(position)
        return text[start:stop]

    pairs = [
        ("document_number", [form.document_number], form.document_number_check),
        ("birth_date", [form.birth_date], form.birth_date_check),
        ("expiry_date", [form.expiry_date], form.expiry_date_check),
        ("composite", form.composite_covers, form.composite),
    ]
    for name, covered, position in pairs:
        if position is None or form.span(position)[1] > len(text):
            continue
        told = at(position)
        if name == "document_number" and told == mrz.alphabet.filler and form.long_document_number:
            rest = at(form.optional[0]).partition(mrz.alphabet.filler)[0]
            if rest and digit(at(form.document_number) + rest[:-1], mrz) != rest[-1]:
                yield name
        elif digit("".join(map(at, covered)), mrz) != told:
            yield name
    if form.optional_check is not None and form.span(form.optional_check)[1] <= len(text):
        optional, told = "".join(map(at, form.optional)), at(form.optional_check)
        empty = not optional.strip(mrz.alphabet.filler) and told in mrz.optional_check_digit.when_empty
        if not empty and digit(optional, mrz) != told:
            yield "optional"


def digit(text: str, mrz: Mrz) -> str:
    """The check digit of characters A-Z, 0-9 and the filler."""
    rule, letters = mrz.check_digit, mrz.alphabet.letters
    values = [
        rule.filler_value
        if c == mrz.alphabet.filler
        else int(c)
        if c.isdigit()
        else rule.first_letter_value + letters.index(c)
        for c in text
    ]
    return str(sum(v * rule.weights[i % len(rule.weights)] for i, v in enumerate(values)) % rule.modulus)


def expiry_day(text: str, mrz: Mrz) -> date | None:
    """The day YYMMDD, by the century of `two_digit_years`; None when it names none."""
    if not (text.isascii() and text.isdigit() and len(text) == 6):
        return None
    first = mrz.two_digit_years.expiry_first_year
    year = first + (int(text[:2]) - first) % 100
    try:
        return date(year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def _features(seal: vds.Seal, definition: TravelSealDefinition) -> Iterator[tuple[TravelFeature, bytes]]:
    """Each known feature with its first value."""
    for feature in definition.features:
        if (value := seal.feature(feature.tag)) is not None:
            yield feature, value


def _feature_faults(seal: vds.Seal, definition: TravelSealDefinition, spec: Specification) -> Iterator[str]:
    tags = [tag for tag, _ in seal.features]
    for tag in sorted({tag for tag in tags if tags.count(tag) > 1}):
        yield f"feature {tag} stands twice"
    missing = [f.id for f in definition.features if f.required and f.tag not in tags]
    if missing or not any(f.encoding == "zone" for f, _ in _features(seal, definition)):
        yield f"{missing[0] if missing else 'mrz'}: missing"
    for feature, value in _features(seal, definition):
        if feature.encoding == "zone":
            read = zone_lines(feature, value, spec.text_mrz)
            good = read is not None and _ZONE.fullmatch("".join(read)) is not None
        else:
            good = _c40(value) is not None if feature.encoding == "c40" else bool(value)
        if not good:
            yield f"{feature.id}: not as specified"


def _unknown_features(seal: vds.Seal, definition: TravelSealDefinition) -> Iterator[str]:
    for tag, _ in seal.features:
        if definition.feature(tag) is None:
            yield f"feature {tag} is not known of this kind of seal"


def _told(check_id: str, wrong: list[str], good: str, wrong_ar: str, clause: str) -> Check:
    if wrong:
        return Check(check_id, "profile", "fail", "; ".join(wrong), wrong_ar, clause)
    return Check(check_id, "profile", "pass", good, "مطابق للمواصفة", clause)


def _right(check_id: str, said: Said) -> Check:
    result, (reason, reason_ar) = said
    return Check(check_id, "profile", result, reason, reason_ar, "Doc 9303-12 §7.1")


def _form(feature: TravelFeature, mrz: Mrz) -> MrzFormat:
    return mrz.formats[feature.zone_format or ""]


def _c40(value: bytes) -> str | None:
    try:
        return vds.decode_c40(value)
    except Invalid:
        return None
