"""The specimen shown in the booklet: a data page of nobody, its portrait drawn from the edition's own rules.

Reads no register: the person is an invention and every page is marked as a specimen.
"""

from __future__ import annotations

import base64
import io
from datetime import date, timedelta
from typing import Final

from PIL import Image, ImageDraw

from issuance.documents.certificate import BilingualText
from issuance.documents.data_page import DataPageData, render_data_page
from issuance.mrtd import mrz
from issuance.mrtd.mrz import rules_of
from specs.schema import PassportEdition, Specification
from specs.schema.portrait import PortraitRules

_BORN: Final = date(1990, 5, 17)
_NAMES: Final = (BilingualText("المبروك", "ALMABROUK"), BilingualText("سالم علي محمد", "SALEM ALI MOHAMED"))
_NATIONAL_NUMBER: Final = "119909000012"  # serials from 900000 up belong to nobody


def specimen_lines(spec: Specification, edition: PassportEdition) -> tuple[str, ...]:
    """The machine readable zone of the specimen, by this specification's rules."""
    issued, expires = _period(edition)
    surname, given = _NAMES
    fields = {
        "document_code": edition.mrz.document_code.code,
        "issuer": edition.mrz.issuer.code,
        "surname": surname.en,
        "given": given.en,
        "document_number": _number(edition),
        "nationality": edition.mrz.issuer.code,
        "birth_date": f"{_BORN:%y%m%d}",
        "sex": "M",
        "expiry_date": f"{expires:%y%m%d}",
        "optional": _NATIONAL_NUMBER if edition.mrz.optional_data.holds == "national_number" else "",
    }
    return mrz.build(edition.mrz.format.name, fields, issued=issued, rules=rules_of(spec)).lines


def specimen_page(spec: Specification, edition: PassportEdition) -> str:
    """The specimen's data page, marked, as a picture in an SVG of its true size. Raises `Invalid`, `Unavailable`.

    A picture, since Typst sets no PDF into a tagged one.
    """
    size, png = edition.data_page.page, specimen_picture(spec, edition)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size.width_mm}mm" height="{size.height_mm}mm" '
        f'viewBox="0 0 {size.width_mm} {size.height_mm}"><image width="{size.width_mm}" height="{size.height_mm}" '
        f'href="data:image/png;base64,{base64.b64encode(png).decode()}"/></svg>'
    )


def specimen_picture(spec: Specification, edition: PassportEdition) -> bytes:
    """The same page as a PNG of the edition's resolution. Raises as `specimen_page`."""
    issued, expires = _period(edition)
    surname, given = _NAMES
    data = DataPageData(
        document_code=edition.mrz.document_code.code,
        issuing_state=edition.mrz.issuer.code,
        number=_number(edition),
        surname=surname,
        given_names=given,
        nationality=BilingualText("ليبي", "LIBYAN"),
        birth_date=_BORN.isoformat(),
        sex="M",
        birth_place=BilingualText("طرابلس", "TRIPOLI"),
        issued_on=issued,
        expires_on=expires,
        authority=BilingualText(spec.passport.book.publisher.ar, spec.passport.book.publisher.en),
        mrz=specimen_lines(spec, edition),
        portrait=drawn_portrait(edition.portrait),
        national_number=_NATIONAL_NUMBER,
        synthetic=True,
    )
    return render_data_page(data, edition).png


def drawn_portrait(rules: PortraitRules) -> bytes:
    """A head and shoulders, PNG: the head as tall, the eyes as high and in the middle as the rules aim at."""
    wide, high = rules.page_image.width_px, rules.page_image.height_px
    image = Image.new("RGB", (wide, high), tuple(rules.background.fill_rgb))
    draw = ImageDraw.Draw(image)
    eyes = high * (1 - rules.eye_line.target_share)
    tall = high * rules.head_size.target_share
    crown, middle = max(0.0, eyes - tall / 2), wide * rules.centre.target_share
    half = tall * 0.36
    tint, dark = (150, 165, 158), (98, 116, 108)
    draw.ellipse((middle - half * 1.9, crown + tall * 0.93, middle + half * 1.9, high * 1.6), fill=dark)
    draw.rectangle((middle - half * 0.42, crown + tall * 0.8, middle + half * 0.42, crown + tall * 1.02), fill=tint)
    draw.ellipse((middle - half, crown, middle + half, crown + tall), fill=tint)
    for side in (-1, 1):
        x = middle + side * half * 0.42
        draw.ellipse((x - half * 0.11, eyes - half * 0.06, x + half * 0.11, eyes + half * 0.06), fill=dark)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _number(edition: PassportEdition) -> str:
    return edition.series.number.number(edition.series.number.first_serial)


def _period(edition: PassportEdition) -> tuple[date, date]:
    """Issued on the edition's first day, to an adult."""
    issued = edition.booklet.in_force.from_date
    rule = edition.validity.rule(issued.year - _BORN.year - 1)
    ends = issued.replace(year=issued.year + rule.validity_years, day=min(issued.day, 28))
    return issued, ends - timedelta(days=edition.validity.expiry.days_before_anniversary)
