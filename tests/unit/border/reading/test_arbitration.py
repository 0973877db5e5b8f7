"""What readings of one page come to: two readers make a name, a printed fault stays one, no luck decides.

Lines are specimens of Doc 9303 with readers' faults planted in them.
"""

from __future__ import annotations

from issuance.border.reading.arbitration import ZoneReading, decide
from issuance.border.reading.reader import Candidate
from issuance.mrtd.mrz import rules_of
from specs.load import load
from tests.unit.border.reading.test_repair import TD1, TD3

CMW = ("IDCMW<512849702<<<<<<<<<<<<<<<", "6104128M1402209CMW<<<<<<<<<<<1", "PUBLIC<<JON<<<<<<<<<<<<<<<<<<<")
"""The specimen `vectors/images/passporteye__77_card-cmw.png`, whose composite digit is printed wrong."""


def decided(**seen: Candidate | list[Candidate]) -> ZoneReading:
    spec = load()
    held = [(name, one if isinstance(one, list) else [one]) for name, one in seen.items()]
    return decide(held, rules_of(spec), spec.border_reading.lookalikes)


def codes(zone: ZoneReading) -> list[tuple[str | None, str]]:
    return [(fault.field, fault.code) for fault in zone.errors]


def test_two_readers_of_one_zone_verify_it() -> None:
    zone = decided(one=TD3, two=TD3)
    assert (zone.status, zone.lines, zone.confirmed_by, zone.errors) == ("verified", TD3, ("two",), ())
    assert zone.fields is not None and zone.fields["document_number"] == "L898902C3"


def test_one_reader_alone_never_verifies_since_a_name_has_no_digit() -> None:
    zone = decided(one=TD3, two=[])
    assert zone.status == "corrected"
    assert codes(zone) == [("name", "page.unconfirmed")]


def test_a_second_reader_confirms_the_name_though_its_data_line_is_garbled() -> None:
    zone = decided(one=TD3, two=(TD3[0], TD3[1].replace("L898902C", "LBB8BO2C")))
    assert (zone.status, zone.lines) == ("verified", TD3)


def test_readers_that_each_confirm_a_line_confirm_the_zone() -> None:
    one_off = TD3[1].replace("L898902C", "L8989O2C")
    zone = decided(one=TD3, two=(TD3[0], one_off), three=(TD3[0].replace("P<U", "PEE"), TD3[1]))
    assert (zone.status, zone.lines, zone.confirmed_by) == ("verified", TD3, ("two", "three"))


def test_readers_of_different_names_conflict() -> None:
    zone = decided(one=TD3, two=(TD3[0].replace("ANNA", "ANMA"), TD3[1]))
    assert zone.status == "conflicting"
    assert codes(zone) == [("given", "page.readers_differ")]
    assert zone.fields is not None and "given" not in zone.fields
    assert zone.fields["document_number"] == "L898902C3"


def test_a_third_reader_decides_between_two() -> None:
    other = (TD3[0].replace("ANNA", "ANMA"), TD3[1])
    zone = decided(one=other, two=TD3, three=TD3)
    assert (zone.status, zone.lines) == ("verified", TD3)


def test_six_and_g_which_no_digit_tells_apart_conflict() -> None:
    # G is 16 and 6 is 6: both leave the same rest, so two readers that differ there are both right by the digits.
    one = (TD3[0], "L6989026" + TD3[1][8:])
    two = (TD3[0], "LG989026" + TD3[1][8:])
    zone = decided(one=one, two=two)
    assert zone.status != "verified"


def test_a_printed_wrong_digit_that_two_readers_see_is_reported_and_not_repaired() -> None:
    zone = decided(one=CMW, two=(CMW[0], CMW[1], CMW[2].replace("JON", "J0N")))
    assert (zone.status, zone.lines) == ("unreadable", CMW)
    assert codes(zone) == [("composite", "mrz.check_digit"), ("lines", "page.printed_fault")]


def test_a_guess_that_a_second_reader_contradicts_is_no_answer() -> None:
    misprinted = (TD3[0], TD3[1].replace("L898902C", "L8989O2C"))
    zone = decided(one=misprinted, two=misprinted)
    assert zone.status == "unreadable"
    assert ("lines", "page.printed_fault") in codes(zone)


def test_a_reader_that_sees_the_right_digit_does_not_outvote_two_that_see_the_printed_one() -> None:
    misprinted = (TD3[0], TD3[1].replace("L898902C", "L8989O2C"))
    zone = decided(one=TD3, two=misprinted, three=misprinted)
    assert zone.status == "conflicting"


def test_a_guess_is_corrected_and_says_who_confirms_it() -> None:
    misread = (TD3[0], TD3[1].replace("L898902C", "L8989O2C"))
    alone = decided(one=misread)
    assert (alone.status, alone.lines, alone.confirmed_by) == ("corrected", TD3, ())
    assert [edit.why for edit in alone.edits] == ["check_digit"]
    confirmed = decided(one=misread, two=(TD3[0], TD3[1].replace("7408122F1204159", "7488722F7204159")))
    assert (confirmed.status, confirmed.confirmed_by) == ("corrected", ("two",))


def test_a_reader_that_sees_fillers_as_letters_confirms_nothing_and_contradicts_nothing() -> None:
    zone = decided(one=TD3, two=(TD3[0].replace("ANNA<MARIA<", "ANNAKMARIAK"), TD3[1]))
    assert (zone.status, zone.lines) == ("corrected", TD3)


def test_no_zone_is_none_and_a_broken_one_is_unreadable() -> None:
    assert decided(one=[], two=[]).status == "none"
    broken = decided(one=("P<UTOERIKSSON<<ANNA<MARIA<<<<<<", "L898902C36UTO74"))
    assert broken.status == "unreadable" and broken.errors
    assert decided(one=TD1, two=TD1).format == "TD1"
