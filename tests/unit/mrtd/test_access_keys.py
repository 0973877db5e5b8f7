"""Keys of basic access and PACE against the worked examples of Doc 9303-11 and of the BSI."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.access_keys import bac_keys, can_password, keys_as_json, mrz_information, mrz_password, pace_keys
from issuance.mrtd.mrz import check
from specs.errors import Invalid
from tests.shared import VECTORS, held

# Doc 9303-11 appendix D.1: the zones of TD2 and TD1 it begins with.
TD2 = ["I<UTOSTEVENSON<<PETER<<<<<<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8"]
TD2_SHORT = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L898902C<3UTO6908061F9406236<<<<<<<8"]
TD1 = ["I<UTOL898902C<3<<<<<<<<<<<<<<<", "6908061F9406236UTO<<<<<<<<<<<2", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
TD1_LONG = ["I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<<<<<<<<<<<<<<"]


@pytest.fixture(scope="module")
def worked() -> dict[str, object]:
    path = held(VECTORS / "mrz" / "bac_pace_worked.json")
    return dict(json.loads(path.read_text("utf-8")))


def test_appendix_d_holds() -> None:
    """Doc 9303-11 appendix D.1 and D.2, as printed."""
    keys = bac_keys("L898902C<369080619406236")
    assert keys.seed.hex().upper() == "239AB9CB282DAF66231DC5A4DF6BFBAE"
    assert keys.encryption.hex().upper() == "AB94FDECF2674FDFB9B391F85D7F76F2"
    assert keys.authentication.hex().upper() == "7962D9ECE03D1ACD4C76089DCE131543"


@pytest.mark.parametrize("lines", [TD2_SHORT, TD1])
def test_the_information_is_the_same_from_every_format(lines: list[str]) -> None:
    assert mrz_information(check(lines)) == "L898902C<369080619406236"


@pytest.mark.parametrize("lines", [TD2, TD1_LONG])
def test_a_number_longer_than_nine_characters_stands_whole(lines: list[str]) -> None:
    """Doc 9303-11 appendix D.1: D23145890734 of Utopia."""
    information = mrz_information(check(lines))
    assert information == "D23145890734934071279507122"
    assert bac_keys(information).seed.hex().upper() == "B366AD857DDCA2B08C0E299811714730"


def test_the_worked_values_of_pace_hold(worked: dict[str, dict[str, str]]) -> None:
    """Doc 9303-11 appendix G.1."""
    held = worked["pace_password"]
    password = mrz_password(held["mrz_information"])
    assert password.hex().upper() == held["K"]
    assert pace_keys(password)["aes128"].hex().upper() == held["K_pi_AES128"]


def test_the_keys_open_what_appendix_d_sent(worked: dict[str, str]) -> None:
    """The response of the chip decrypts to the nonces that were exchanged (appendix D.3)."""
    key = bac_keys(worked["mrz_information"]).encryption
    cipher = Cipher(TripleDES(key), modes.CBC(bytes(8))).decryptor()
    plain = cipher.update(bytes.fromhex(worked["E_IC"]))
    assert plain.hex().upper() == worked["RND_IC"] + worked["RND_IFD"] + worked["K_IC"]


def test_a_card_access_number_is_its_digits() -> None:
    """BSI, Worked example for EAC: K_pi of the password 123456 for AES-128."""
    assert pace_keys(can_password("123456"))["aes128"].hex().upper() == "591468CDA83D65219CCCB856023 3600F".replace(
        " ", ""
    )
    for wrong in ("12345", "1234567", "12345a", ""):
        with pytest.raises(Invalid):
            can_password(wrong)


def test_key_lengths_are_those_of_their_ciphers() -> None:
    keys = pace_keys(mrz_password("T22000129364081251010318"))
    assert {cipher: len(key) for cipher, key in keys.items()} == {
        "triple_des": 16,
        "aes128": 16,
        "aes192": 24,
        "aes256": 32,
    }


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", min_size=20, max_size=40))
def test_every_octet_of_a_3des_key_has_odd_parity(information: str) -> None:
    keys = bac_keys(information)
    assert all(octet.bit_count() % 2 for octet in keys.encryption + keys.authentication)


def test_a_misread_zone_gives_no_keys() -> None:
    with pytest.raises(Invalid) as refused:
        mrz_information(check([TD2_SHORT[0], "L898902C<4" + TD2_SHORT[1][10:]]))
    assert "document_number" in {fault.field for fault in refused.value.faults}
    with pytest.raises(Invalid):
        mrz_information(check(["X"]))


def test_as_json_holds_no_name() -> None:
    told = keys_as_json("L898902C<369080619406236", "123456")
    assert set(told) == {"mrz_information", "bac", "pace"}
    assert set(told["pace"]) == {"mrz", "can"}
