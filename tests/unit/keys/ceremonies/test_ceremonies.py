"""Ceremonies rehearsed on software keys and on a SoftHSM token: done in order, refused, two people a change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from keys import Purpose
from keys.ceremonies.actions import Room
from keys.ceremonies.run import run_ceremony
from keys.ceremonies.transcript import verify_transcript
from keys.chain import judge_chain
from keys.crl import read_crl
from keys.deviations import DG_HASH_WRONG
from keys.lists.deviation_list import read_deviation_list
from keys.lists.deviations import Deviation, Documents
from keys.lists.master_list import certificates_of
from keys.lists.requests import described
from keys.stores.software import SoftwareStore
from keys.x509 import read_certificate
from specs.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from specs.load import load
from specs.schema.ceremonies import Step
from specs.schema.pki import Pki
from tests.unit.keys.ceremonies.rehearsal import AFTER, PRESENT, ceremony, everybody, lines, run, ticking
from tests.unit.keys.conftest import NOW

pytestmark = pytest.mark.filterwarnings("ignore::keys.open.SoftwareKeysWarning")


def test_every_shipped_ceremony_is_rehearsed_one_after_another(empty: Room, tmp_path: Path, pki: Pki) -> None:
    first = run("first_keys", empty, tmp_path / "1", NOW)
    ring = empty.ring()
    old, root = ring.signer(Purpose.document_signer, AFTER), ring.signer(Purpose.csca, AFTER)
    later = NOW + timedelta(days=1)
    second = run("document_signer", empty, tmp_path / "2", later)
    assert ring.signer(Purpose.document_signer, later + timedelta(minutes=1)).key_id != old.key_id
    serial = read_certificate(old.certificate).serial
    third = run("revocation", empty, tmp_path / "3", later + timedelta(hours=1), serial=f"{serial:X}")
    at = later + timedelta(hours=2)
    assert judge_chain(old.certificate, Purpose.document_signer, ring.trust(), at, pki=pki).revocation == "revoked"
    fourth = run("csca_rollover", empty, tmp_path / "4", at)
    assert ring.signer(Purpose.csca, at + timedelta(minutes=1)).key_id == root.key_id  # the new one waits two days
    assert ring.signer(Purpose.csca, at + timedelta(days=3)).key_id != root.key_id
    at += timedelta(days=2)  # since the list of the revocation; sooner is refused
    fifth = run("revocation_list", empty, tmp_path / "5", at + timedelta(hours=1))
    sixth = run("master_list", empty, tmp_path / "6", at + timedelta(hours=2))
    assert {
        c.country for c in map(read_certificate, certificates_of((tmp_path / "6" / "master_list.ml").read_bytes()))
    } == {"LY"}
    assert read_crl((tmp_path / "5" / "csca.crl").read_bytes()).revoked.keys() == {serial}
    empty.deviations = [Deviation(Documents(document_type="PP"), (described(DG_HASH_WRONG, "DG2", about=2),))]
    seventh = run("deviation_list", empty, tmp_path / "7", at + timedelta(hours=3), file="deviations.json")
    (said,) = read_deviation_list((tmp_path / "7" / "deviation_list.dl").read_bytes(), pki).deviations
    assert [d.deviation for d in said.descriptions] == [DG_HASH_WRONG]
    at += timedelta(hours=4)
    for transcript in (first, second, third, fourth, fifth, sixth, seventh):
        verdict = verify_transcript(transcript.directory, ring.trust(), at + timedelta(minutes=1), pki=pki)
        assert verdict.status == "valid", verdict.failed()


def test_only_software_keys_are_marked_as_development(empty: Room, tmp_path: Path) -> None:
    run("first_keys", empty, tmp_path / "1", NOW)
    units = {
        a.value
        for signer in empty.ring().signers()
        for a in read_certificate(signer.certificate).subject
        if a.oid == "2.5.4.11"
    }
    assert units == ({"DEVELOPMENT"} if isinstance(empty.store, SoftwareStore) else set())


def test_a_link_stands_beside_the_new_root(room: Room, tmp_path: Path, pki: Pki) -> None:
    old = room.ring().signer(Purpose.csca, AFTER)
    transcript = run("csca_rollover", room, tmp_path / "run", common_name="Country Signing CA of Libya")
    made = next(e for e in transcript.entries() if e["event"] == "done" and e["step"] == "roll_over")["made"]
    (link,) = (read_certificate((tmp_path / "run" / n).read_bytes()) for n in made if n.endswith(".link.cer"))
    assert link.issuer_der == read_certificate(old.certificate).subject_der
    assert link.extension("name_change") is not None


def test_nothing_is_done_when_one_custodian_of_two_does_not_agree(empty: Room, tmp_path: Path) -> None:
    held, data = ceremony("first_keys")

    def one_missing(step: Step, role: str) -> list[str]:
        return PRESENT[role][:1]

    with pytest.raises(Refused) as refused:
        run_ceremony(held, data, empty, PRESENT, one_missing, tmp_path / "run", ticking())
    assert [f.code for f in refused.value.faults] == ["keys.ceremony.refused"]
    assert empty.keys is None and lines(tmp_path / "run")[-1]["event"] == "refused"


def test_absent_roles_doubled_people_and_missing_values_are_told_at_once(room: Room, tmp_path: Path) -> None:
    held, data = ceremony("revocation")
    present = {"leader": ["L-1"], "witness": ["L-1"]}
    with pytest.raises(Invalid) as invalid:
        run_ceremony(held, data, room, present, everybody, tmp_path / "run", ticking())
    assert [(f.code, f.field) for f in invalid.value.faults] == [
        ("keys.ceremony.absent", "key_custodian"),
        ("keys.ceremony.person", "present"),
        ("keys.ceremony.value", "serial"),
    ]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("serial", "error"), [("not a number", NotFound), ("77", NotFound)])
def test_only_a_certificate_of_ours_is_revoked(room: Room, tmp_path: Path, serial: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run("revocation", room, tmp_path / "run", serial=serial)


def test_a_finished_ceremony_is_not_run_again_nor_with_other_values(room: Room, tmp_path: Path) -> None:
    run("document_signer", room, tmp_path / "run")
    with pytest.raises(Conflict):
        run("document_signer", room, tmp_path / "run")
    with pytest.raises(NotFound):
        run("revocation", room, tmp_path / "revocation", serial="77")
    with pytest.raises(Conflict) as conflict:
        run("revocation", room, tmp_path / "revocation", serial="78")
    assert [f.code for f in conflict.value.faults] == ["keys.ceremony.values"]


def test_a_disk_that_refuses_stops_the_ceremony_before_anything_is_made(room: Room, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    before = len(room.ring().signers())
    with pytest.raises(Unavailable):
        run("document_signer", room, tmp_path / "file" / "run")
    assert len(room.ring().signers()) == before


def test_every_ceremony_of_the_specification_has_two_people_for_each_change() -> None:
    for name, held in load().pki_ceremonies.items():
        for step in held.steps:
            assert sum(held.present[role] for role in step.confirmed_by) >= 2, (name, step.id)
