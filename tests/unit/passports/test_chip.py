"""The chip proves that it is no copy: DG14, DG15, EF.CardAccess, and a private key that stays nowhere (Doc 9303-11)."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from asn1crypto import core
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import inspect, text

from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.mrtd.data_groups import read_com
from issuance.passports import commands, personalise
from issuance.passports.personalise import Booklet, Personalised
from issuance.people.birth_date import BirthDate
from issuance.people.public import require_person
from issuance.service import Service
from issuance.staff.public import require_office
from keys.chip_keys import ChipKey, make_chip_key
from keys.security_object import read_security_object
from specs.errors import Refused
from tests.service import CLERK, NOW, PERSON, TODAY, application, portrait

CHALLENGE = bytes(range(8))


def book(desk: Service, edition: str = "2026", **changed: object) -> Booklet:
    """What `commands.issue` would personalise for the test's person."""
    asked, held, picture = commands.judge(
        desk.spec.passport, application(edition=edition, **changed), portrait(), TODAY
    )
    with desk.db.reading() as read:
        person = require_person(read, PERSON["national_number"])
        office = require_office(read, "PTIP", TODAY)
    made = Booklet("LB2222222", held, asked, person, office, desk.spec.identity_nationalities.name("LBY"), picture,
                   TODAY, date(2034, 11, 21), synthetic=True, note=None, spec=desk.spec)  # fmt: skip
    form = made.form
    number = form.number.number(0)
    return replace(made, number=number, expires_on=form.last_day(TODAY, BirthDate.parse(asked.birth_date)))


def chip_of(made: Personalised, active_authentication: tuple[bytes, bytes] | None = None) -> Chip:
    files = {name[:-4]: data for name, data in made.files.items() if name.endswith(".bin")}
    return Chip(files, active_authentication)


def answer(key: ChipKey | None, challenge: bytes = CHALLENGE) -> bytes:
    """What the chip answers: r || s of its private key (Doc 9303-11 §6.1)."""
    assert key is not None
    private = serialization.load_der_private_key(key.private, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(challenge, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@pytest.fixture(scope="module")
def made(desk: Service) -> Personalised:
    return personalise.personalise(book(desk), desk.keys, NOW)


def results(desk: Service, chip: Chip) -> dict[str, str]:
    verdict = inspect_chip(chip, desk.trust, NOW, desk.spec)
    return {check.id: check.result for check in verdict.checks}


def test_the_border_believes_the_chip_that_was_made_and_no_copy_of_its_files(desk: Service, made: Personalised) -> None:
    sound = results(desk, chip_of(made, active_authentication=(CHALLENGE, answer(made.chip_key))))
    assert (sound["aa.response"], sound["chip.card_access"]) == ("pass", "pass")
    assert "fail" not in sound.values()
    copied = results(desk, chip_of(made, active_authentication=(CHALLENGE, answer(make_chip_key("P-256")))))
    assert copied["aa.response"] == "fail"
    replayed = results(desk, chip_of(made, active_authentication=(bytes(8), answer(made.chip_key))))
    assert replayed["aa.response"] == "fail"


def test_what_the_unsigned_card_access_offers_must_be_signed_in_dg14(desk: Service, made: Personalised) -> None:
    chip = chip_of(made)
    weaker = {**chip.files, "EF_CardAccess": chip.files["EF_CardAccess"][:-1] + b"\x08"}  # parameters 8: P-192
    assert results(desk, Chip(weaker))["chip.card_access"] == "fail"


def test_dg14_and_dg15_are_what_another_reader_takes_them_for(made: Personalised, tmp_path: Path) -> None:
    """asn1crypto and openssl, which share nothing with us; object identifiers of Doc 9303-11 §9.2, BSI TR-03110-3."""

    class Infos(core.SetOf):  # type: ignore[misc]
        _child_spec = core.Any

    assert made.files["DG14.bin"][:1] == b"\x6e"
    infos = [info.parse(core.SequenceOf, {"spec": core.Any}) for info in Infos.load(made.files["DG14.bin"][2:])]
    said = {info[0].parse(core.ObjectIdentifier).native: [part.native for part in list(info)[1:]] for info in infos}
    assert said == {"0.4.0.127.0.7.2.2.4.2.2": [2, 12], "2.23.136.1.1.5": [1, "0.4.0.127.0.7.1.1.4.1.3"]}
    access = Infos.load(made.files["EF_CardAccess.bin"])
    assert [info.dump() for info in access] == [info.dump() for info in infos if info[0].native.startswith("0.4")]
    spki = made.files["DG15.bin"][4:]
    assert asn1_keys.PublicKeyInfo.load(spki)["algorithm"]["parameters"].name == "specified"  # a curve written out
    (tmp_path / "key.der").write_bytes(spki)
    (tmp_path / "private.der").write_bytes(made.chip_key.private if made.chip_key else b"")
    asked = ["openssl", "pkey", "-inform", "DER", "-text", "-noout", "-in"]
    public = subprocess.run([*asked, tmp_path / "key.der", "-pubin"], capture_output=True, text=True, check=True).stdout
    private = subprocess.run([*asked, tmp_path / "private.der"], capture_output=True, text=True, check=True).stdout
    point = public[public.index("pub:") : public.index("Field Type")].split()
    assert point == private[private.index("pub:") : private.index("ASN1 OID")].split()


def test_the_security_object_covers_every_group_and_keeps_its_size(desk: Service, made: Personalised) -> None:
    held = read_security_object(made.files["EF_SOD.bin"])
    assert sorted(held.digests) == sorted(read_com(made.files["EF_COM.bin"]).data_groups) == [1, 2, 11, 12, 14, 15]
    asked = book(desk)
    chip = asked.edition.chip
    short = [file.model_copy(update={"maximum_bytes": 1000}) if file.name == "SOD" else file for file in chip.files]
    edition = asked.edition.model_copy(update={"chip": chip.model_copy(update={"files": short})})
    with pytest.raises(Refused, match=r"EF\.SOD takes"):
        personalise.personalise(replace(asked, edition=edition), desk.keys, NOW)


def test_the_edition_of_2021_has_neither(desk: Service) -> None:
    made = personalise.personalise(book(desk, "2021"), desk.keys, NOW)
    assert made.chip_key is None
    assert not {"DG14.bin", "DG15.bin", "EF_CardAccess.bin"} & set(made.files)


def test_the_private_key_of_a_chip_is_in_no_row_no_file_and_no_log(
    desk: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    made: list[ChipKey] = []

    def watched(kind: str) -> ChipKey:
        made.append(make_chip_key(kind))
        return made[-1]

    monkeypatch.setattr(personalise, "make_chip_key", watched)
    with caplog.at_level(0):
        number = commands.issue(desk, CLERK, application(), portrait(), NOW).number
    assert len(made) == 2  # the trial before a number is taken, and the chip's own
    scalars = []
    for key in made:
        private = serialization.load_der_private_key(key.private, None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        scalars.append(private.private_numbers().private_value.to_bytes(32, "big"))
    kept = [path.read_bytes() for path in desk.settings.home.rglob("*") if path.is_file()]
    with desk.db.engine.connect() as connection:
        for table in inspect(desk.db.engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                kept += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    kept += [caplog.text.encode(), "".join(capfd.readouterr()).encode(), repr(made).encode()]
    assert any(number.encode() in held for held in kept)  # the search would find what is there
    for scalar in scalars:
        for form in (
            scalar,
            scalar.hex().encode(),
            scalar.hex().upper().encode(),
            str(int.from_bytes(scalar)).encode(),
        ):
            assert not any(form in held for held in kept)
    for key in made:
        assert not any(base64.b64encode(key.private) in held for held in kept)
    assert made[-1].public in b"".join(kept)
