"""DG1: the machine readable zone, byte for byte as printed. What the lines mean belongs to `issuance.mrtd.mrz`."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.mrtd.mrz.rules import NOT_ALLOWED, Rules, standing_rules
from issuance.mrtd.tlv import LdsInvalid, Noted, encode, only

CLAUSE = "Doc 9303-10 §4.7.1"
_DG1, _MRZ = 0x61, 0x5F1F


def build_dg1(mrz_lines: Sequence[str], rules: Rules | None = None) -> bytes:
    """DG1 of the lines of a TD1, TD2 or TD3 zone: 95, 77 or 93 bytes. Raises LdsInvalid."""
    known = rules or standing_rules()
    try:
        text = "".join(mrz_lines).encode("ascii")
    except UnicodeEncodeError as error:
        raise _broken(known) from error
    lines, characters = _shapes(known).get(len(text), (0, 0))
    if [len(line) for line in mrz_lines] != [characters] * lines or not lines:
        raise _broken(known)
    return encode(_DG1, encode(_MRZ, _checked(text, known)))


def read_dg1(data: bytes, rules: Rules | None = None, noted: Noted = None) -> tuple[str, ...]:
    """The lines of the zone, unvalidated beyond alphabet and length. Raises LdsInvalid."""
    known = rules or standing_rules()
    text = _checked(only(only(data, _DG1, "DG1", noted), _MRZ, "DG1", noted), known).decode("ascii")
    lines, characters = _shapes(known)[len(text)]
    return tuple(text[n * characters : (n + 1) * characters] for n in range(lines))


def _shapes(rules: Rules) -> dict[int, tuple[int, int]]:
    """(lines, characters a line) by their product, of the formats with a composite digit: visas carry no chip."""
    travel = [layout for layout in rules.formats.values() if layout.composite is not None]
    return {layout.lines * layout.line_characters: (layout.lines, layout.line_characters) for layout in travel}


def _checked(text: bytes, rules: Rules) -> bytes:
    if len(text) not in _shapes(rules) or NOT_ALLOWED in text.translate(rules.values):
        raise _broken(rules)
    return text


def _broken(rules: Rules) -> LdsInvalid:
    shapes = [f"{lines} x {characters}" for lines, characters in _shapes(rules).values()]
    return LdsInvalid.because(
        "dg1.mrz",
        f"the machine readable zone must be {' or '.join(shapes)} characters A-Z, 0-9 and <",
        f"المنطقة المقروءة آليًا: {' أو '.join(shapes)} من الحروف A-Z و0-9 و<",
        field="DG1",
        clause=CLAUSE,
    )
