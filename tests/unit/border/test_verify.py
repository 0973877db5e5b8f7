"""One verification for everything: the kind is found by content, the verdict is that of its parts, nothing raises."""

from __future__ import annotations

import io
import json
import os
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer import Typer
from typer.testing import CliRunner

from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.border.verify import verify_bytes, verify_path, verify_text, worst
from issuance.cli.verify import verify as command
from issuance.documents.attachment import attachment_json
from issuance.documents.certificate import render_certificate
from issuance.mrtd.data_groups import build_com, build_dg1
from keys.seal import seal_text, seal_url
from keys.signing import issue, prepare
from keys.sod import SodRequest
from keys.verdict import Verdict
from specs.load import load
from tests.pki.chip import face_group
from tests.unit.border.world import NOW, VERIFIER, seal_request, signed_pdf, signed_seal, world
from tests.unit.documents import samples

SPEC = load()
# The data line of Doc 9303-4 Appendix A with State LBY and expiry 2032-04-15; digits summed anew with weights 7 3 1.
MRZ = ("PPLBYALMABROUK<<FATIMA<MOHAMED<ALI<<<<<<<<<<", "L898902C36LBY7408122F3204153ZE184226B<<<<<16")


def judged(data: bytes, name: str = "file") -> Verdict:
    return verify_bytes(data, name, world().trust, NOW, SPEC)


def failed(verdict: Verdict) -> set[str]:
    return {check.id for check in verdict.failed()}


@lru_cache
def certificate(**changes: str) -> bytes:
    """A certificate as the service issues it; keyword arguments change what the seal says, not the page."""
    data = samples.certificate()
    values: dict[str, object] = {
        "number": data.number,
        "name_arabic": " ".join(data.arabic_name),
        "name_latin": data.latin_name,
        "birth_date": data.birth_date,
        "national_number": "219909000017",
        "issued_on": data.issued_on,
        "expires_on": data.expires_on,
        "outcome": data.outcome,
    }
    seal = signed_seal(seal_request(**(values | changes)))
    pdf = render_certificate(
        data,
        SPEC.certificate_certificate,
        portrait=samples.portrait(),
        seal_url=seal_url(VERIFIER, seal, SPEC.certificate_seal),
        attachment=attachment_json(data),
        timestamp=NOW,
    )
    return signed_pdf(pdf)


@lru_cache
def chip_files(code: str = "PP") -> dict[str, bytes]:
    lines = (code + MRZ[0][2:], MRZ[1])
    groups = {1: build_dg1(lines), 2: face_group()}
    request = SodRequest("passport:L898902C3", groups, code, SPEC.pki_profiles)
    sod = issue(prepare(world().keys, request, NOW), NOW).artefact
    chip = SPEC.passport.editions["2026"].chip
    return {"EF_COM.bin": build_com(groups, chip.lds), "EF_SOD.bin": sod, "DG1.bin": groups[1], "DG2.bin": groups[2]}


def folder(tmp_path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.heavy
def test_a_certificate_is_valid_with_signature_seal_and_data() -> None:
    verdict = judged(certificate())
    assert verdict.status == "valid", verdict.failed()
    assert verdict.facts["kind"] == "certificate"
    assert verdict.facts["number"] == samples.NUMBER
    assert {"pdf.signature", "seal.signature", "certificate.agreement"} <= {check.id for check in verdict.checks}


@pytest.mark.heavy
def test_a_certificate_whose_seal_is_of_another_person_is_invalid() -> None:
    assert failed(judged(certificate(name_arabic="سالم علي أحمد المبروك"))) == {"certificate.agreement"}


@pytest.mark.heavy
def test_a_certificate_past_its_last_day_is_genuine_and_no_longer_valid() -> None:
    verdict = verify_bytes(certificate(), "c.pdf", world().trust, NOW + timedelta(days=92), SPEC)
    assert verdict.status == "invalid"
    assert failed(verdict) == {"seal.expiry"}


def test_an_altered_certificate_is_invalid_before_anything_else_is_read() -> None:
    pdf = certificate()
    at = pdf.index(b"/EmbeddedFile") - 3
    verdict = judged(pdf[:at] + bytes((pdf[at] ^ 1,)) + pdf[at + 1 :])
    assert "pdf.digest" in failed(verdict)
    assert not [check for check in verdict.checks if check.id.startswith(("seal", "certificate"))]


def test_a_seal_is_read_as_bytes_text_address_and_picture(tmp_path: Path) -> None:
    seal = signed_seal()
    url = seal_url(VERIFIER, seal, SPEC.certificate_seal)
    for data in (seal, seal_text(seal).encode(), url.encode(), url.encode() + b"\n"):
        assert judged(data).status == "valid"
    for kind in ("PNG", "JPEG"):
        code = io.BytesIO()
        segno.make_qr(url, error="q", boost_error=False).save(code, kind="png", scale=5, border=4)
        picture = io.BytesIO()
        Image.open(code).convert("RGB").save(picture, kind)
        path = tmp_path / f"seal.{kind.lower()}"
        path.write_bytes(picture.getvalue())
        assert verify_path(path, world().trust, NOW, SPEC).status == "valid"


def test_a_picture_without_a_code_proves_nothing() -> None:
    out = io.BytesIO()
    Image.new("L", (300, 300), 255).save(out, "PNG")
    assert judged(out.getvalue()).status == "indeterminate"


@pytest.mark.heavy
def test_a_picture_bomb_is_refused_before_it_is_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    assert judged(out.getvalue()).status == "invalid"


def test_chip_files_in_a_folder_are_valid(tmp_path: Path) -> None:
    verdict = verify_path(folder(tmp_path, chip_files()), world().trust, NOW, SPEC)
    assert verdict.status == "valid", [c for c in verdict.checks if c.result != "pass"]
    assert {"chip.country", "chip.document_type", "document.expiry", "sod.com"} <= {c.id for c in verdict.checks}
    assert verdict.facts["mrz"]["surname"] == "ALMABROUK"


@pytest.mark.parametrize("name", ["EF_SOD.bin", "EF_COM.bin", "DG1.bin", "DG2.bin"])
def test_a_changed_byte_in_a_chip_file_is_invalid(tmp_path: Path, name: str) -> None:
    data = chip_files()[name]
    places = range(len(data)) if len(data) < 100 else [0, 1, len(data) // 2, len(data) - 1]
    for at in places:
        changed = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        verdict = verify_path(folder(tmp_path, {**chip_files(), name: changed}), world().trust, NOW, SPEC)
        assert verdict.status == "invalid", at


def test_a_data_group_that_is_missing_is_indeterminate(tmp_path: Path) -> None:
    files = {name: data for name, data in chip_files().items() if name != "DG2.bin"}
    assert verify_path(folder(tmp_path, files), world().trust, NOW, SPEC).status == "indeterminate"


def test_a_folder_without_a_security_object_is_invalid(tmp_path: Path) -> None:
    files = {name: data for name, data in chip_files().items() if name != "EF_SOD.bin"}
    assert failed(verify_path(folder(tmp_path, files), world().trust, NOW, SPEC)) == {"chip.sod"}
    assert verify_path(tmp_path / "nothing", world().trust, NOW, SPEC).status == "indeterminate"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert verify_path(tmp_path / "pipe", world().trust, NOW, SPEC).status == "indeterminate"


def test_what_a_security_object_alone_vouches_for_was_not_seen() -> None:
    verdict = judged(chip_files()["EF_SOD.bin"])
    assert verdict.status == "indeterminate"
    assert not verdict.failed()
    unseen = {c.id for c in verdict.checks if c.result == "unknown"}
    assert unseen == {"sod.data_group.1", "sod.data_group.2", "chip.country"}


def test_fingerprints_and_irises_may_lack_with_a_warning(tmp_path: Path) -> None:
    files = chip_files()
    groups = {1: files["DG1.bin"], 2: files["DG2.bin"], 3: b"\x63\x00", 4: b"\x76\x00"}
    request = SodRequest("passport:L898902C3", groups, "PP", SPEC.pki_profiles)
    sod = issue(prepare(world().keys, request, NOW), NOW).artefact
    read = {"EF_SOD.bin": sod, "DG1.bin": groups[1], "DG2.bin": groups[2]}
    verdict = verify_path(folder(tmp_path, read), world().trust, NOW, SPEC)
    assert verdict.status == "valid", [c for c in verdict.checks if c.result != "pass"]
    assert {c.id for c in verdict.checks if c.result == "warning"} >= {"sod.data_group.3", "sod.data_group.4"}


def test_a_chip_is_judged_by_the_specification_it_is_given(tmp_path: Path) -> None:
    states = SPEC.text_states.iso_3166
    fewer = states.model_copy(update={"codes": [code for code in states.codes if code != "LBY"]})
    other = SPEC.model_copy(update={"text_states": SPEC.text_states.model_copy(update={"iso_3166": fewer})})
    verdict = verify_path(folder(tmp_path, chip_files()), world().trust, NOW, other)
    assert "mrz.unknown_code" in {c.id for c in verdict.checks if c.result == "warning"}


def test_an_expired_passport_fails_by_policy(tmp_path: Path) -> None:
    late = NOW.replace(year=2032, month=4, day=16)
    verdict = verify_path(folder(tmp_path, chip_files()), world().trust, late, SPEC)
    assert "document.expiry" in failed(verdict)
    last = verify_path(tmp_path, world().trust, late - timedelta(days=1), SPEC)
    assert "document.expiry" not in failed(last)


def test_a_document_signer_signs_for_its_own_state_and_types_only(tmp_path: Path) -> None:
    lines = (MRZ[0].replace("LBY", "TUN"), MRZ[1])
    groups = {1: build_dg1(lines), 2: face_group()}
    request = SodRequest("passport:L898902C3", groups, "PP", SPEC.pki_profiles)
    sod = issue(prepare(world().keys, request, NOW), NOW).artefact
    files = {"EF_SOD.bin": sod, "DG1.bin": groups[1], "DG2.bin": groups[2]}
    assert failed(verify_path(folder(tmp_path, files), world().trust, NOW, SPEC)) == {"chip.country"}


def test_a_well_formed_mrz_is_valid_but_said_to_prove_nothing() -> None:
    verdict = verify_text("\n".join(MRZ) + "\n", world().trust, NOW, SPEC)
    assert verdict.status == "valid", verdict.failed()
    assert [check.id for check in verdict.checks if check.result == "warning"] == ["mrz.authenticity"]
    wrong = MRZ[1].replace("7408122", "7408123")
    judged = verify_text(f"{MRZ[0]}\n{wrong}", world().trust, NOW, SPEC)
    assert judged.status == "invalid"
    named = [(check.reason, check.reason_ar) for check in judged.checks if check.result == "fail"]
    assert any(en.startswith("birth_date") and ar.startswith("تاريخ الميلاد: ") for en, ar in named), named


def test_the_worst_of_several_is_the_answer() -> None:
    def of(status: str) -> Verdict:
        return Verdict(status, ())  # type: ignore[arg-type]

    assert worst([of("valid"), of("indeterminate")]) == "indeterminate"
    assert worst([of("indeterminate"), of("invalid"), of("valid")]) == "invalid"
    assert worst([of("valid")]) == "valid"
    assert worst([]) == "indeterminate"


@settings(max_examples=120, deadline=2000)
@given(
    st.binary(max_size=200)
    | st.builds(
        lambda head, tail: head + tail,
        st.sampled_from(
            [b"%PDF-", b"\xdc\x03", b"\x77\x82", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"P<", b"https:"]
        ),
        st.binary(max_size=200),
    )
)
def test_any_bytes_get_a_verdict_that_is_not_valid(data: bytes) -> None:
    assert judged(data).status in ("invalid", "indeterminate")


@settings(max_examples=60, deadline=2000)
@given(
    st.sampled_from(["EF_SOD.bin", "DG1.bin", "EF_COM.bin"]), st.integers(0, 2000), st.binary(min_size=1, max_size=40)
)
def test_noise_in_chip_files_gets_a_verdict(name: str, at: int, noise: bytes) -> None:
    files = {key.removesuffix(".bin"): data for key, data in chip_files().items()}
    held = files[name.removesuffix(".bin")]
    files[name.removesuffix(".bin")] = held[:at] + noise + held[at + len(noise) :]
    verdict = inspect_chip(Chip(files), world().trust, NOW, SPEC)
    same = files[name.removesuffix(".bin")] == held
    assert verdict.status == ("valid" if same else "invalid")


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    app = Typer()
    app.command()(command)
    trust = ["--trust", str(world().trust_directory), "--at", NOW.isoformat()]
    done = CliRunner().invoke(app, [*arguments, *trust], input=stdin)
    return done.exit_code, done.stdout


def test_the_command_answers_one_document_as_its_verdict(tmp_path: Path) -> None:
    url = seal_url(VERIFIER, signed_seal(), SPEC.certificate_seal)
    code, out = run(url, "--json")
    assert (code, json.loads(out)["status"]) == (0, "valid")
    assert set(json.loads(out)["checks"][0]) == {"id", "level", "result", "reason", "reason_ar", "clause"}
    changed = url[:-20] + ("A" if url[-20] != "A" else "B") + url[-19:]
    assert run(changed)[0] == 1
    assert run("-", stdin=url.encode())[0] == 0
    assert run(str(tmp_path / "absent.pdf"))[0] == 2


def test_the_command_answers_several_documents_with_the_worst(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(seal_text(signed_seal()))
    bad.write_text("nonsense")
    code, out = run(str(good), str(bad), str(good), "--json")
    answer = json.loads(out)
    assert (code, answer["status"]) == (1, "invalid")
    assert [d["status"] for d in answer["documents"]] == ["valid", "invalid", "valid"]
    assert answer["documents"][0]["path"] == str(good)


@pytest.mark.parametrize(
    "time", ["9999-12-31T23:59Z", "0001-01-01T00:00:00+14:00", "1949-12-31T23:59Z", "2151-01-01", "yesterday"]
)
def test_a_time_out_of_bounds_is_a_typed_answer(time: str) -> None:
    app = Typer()
    app.command()(command)
    trust = ["--trust", str(world().trust_directory)]
    done = CliRunner().invoke(app, ["x", "--at", time, "--json", *trust])
    assert done.exit_code == 2
    (fault,) = json.loads(done.stdout)["faults"]
    assert (fault["field"], fault["code"].partition("_")[0]) == ("at", "verify.time")
    assert CliRunner().invoke(app, ["x", "--at", time, *trust]).exit_code == 2


@pytest.mark.parametrize("time", ["1950-01-01T00:00:00+14:00", "2150-12-31T23:59:59-12:00"])
def test_the_first_and_last_times_get_a_verdict(time: str) -> None:
    app = Typer()
    app.command()(command)
    given = "\n".join(MRZ)
    done = CliRunner().invoke(app, [given, "--at", time, "--json", "--trust", str(world().trust_directory)])
    assert json.loads(done.stdout)["status"] in ("valid", "invalid")


def test_the_command_names_a_bad_time_or_trust_directory() -> None:
    app = Typer()
    app.command()(command)
    assert CliRunner().invoke(app, ["x", "--at", "yesterday"]).exit_code == 2
    assert CliRunner().invoke(app, ["x", "--trust", "/nonexistent"]).exit_code == 2
