"""Pages end to end, by real readers in real workers: specimens, TD1 and TD2, what is no page, and workers that die."""

from __future__ import annotations

import io
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from issuance.border.reading import worker
from issuance.border.reading.page_reading import PageReading, read_page
from issuance.border.reading.workers import Overrun, Workers, workers
from specs.errors import Unavailable
from tests.pages import drawn, eager
from tests.shared import VECTORS, needs
from tests.unit.border.reading.test_arbitration import CMW
from tests.unit.border.reading.test_repair import TD1, TD2, TD3
from tests.unit.border.world import NOW, VERIFIER, signed_seal, world

pytestmark = pytest.mark.heavy

CARD = VECTORS / "images" / "passporteye__77_card-cmw.png"


def read(data: bytes) -> PageReading:
    return read_page(data, eager(), world().trust, NOW)


def codes(reading: PageReading) -> set[str]:
    return {fault.code for fault in (*reading.faults, *reading.zone.errors)}


@pytest.mark.parametrize("lines", [TD3, TD2, TD1])
def test_a_drawn_page_of_each_size_is_read_as_drawn(lines: tuple[str, ...]) -> None:
    reading = read(drawn(lines))
    assert reading.zone.lines == lines
    assert reading.zone.fields is not None and reading.zone.fields["surname"] == "ERIKSSON"


def test_a_page_on_its_head_is_read() -> None:
    page = Image.open(io.BytesIO(drawn(TD3)))
    for turn in (90, 180):
        out = io.BytesIO()
        page.rotate(turn, expand=True).save(out, "JPEG", quality=90)
        assert read(out.getvalue()).zone.lines == TD3, turn


@needs(CARD)
def test_a_specimen_with_a_wrong_printed_digit_is_reported_and_not_repaired() -> None:
    reading = read(CARD.read_bytes())
    assert (reading.status, reading.standing, reading.zone.lines) == ("unreadable", "invalid", CMW)
    assert "page.printed_fault" in codes(reading)


def test_a_pdf_is_read_page_by_page() -> None:
    out = io.BytesIO()
    blank = Image.new("L", (1240, 877), 255)
    blank.save(out, "PDF", save_all=True, append_images=[Image.open(io.BytesIO(drawn(TD3)))])
    assert read(out.getvalue()).zone.lines == TD3


def with_codes(*codes: tuple[str, zxingcpp.BarcodeFormat]) -> bytes:
    """The TD3 page with codes in its upper part."""
    page = Image.open(io.BytesIO(drawn(TD3))).copy()
    for at, (content, kind) in enumerate(codes):
        code = Image.fromarray(zxingcpp.create_barcode(content, kind).to_image(scale=4))
        page.paste(code, (60 + 600 * at, 60))
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def test_every_code_on_a_page_is_judged() -> None:
    from keys.seal import seal_url

    kinds = zxingcpp.BarcodeFormat
    url = seal_url(VERIFIER, signed_seal(), eager().certificate_seal)
    reading = read(with_codes(("L898902C3", kinds.Code128), (url, kinds.QRCode)))
    held = {code.kind: code for code in reading.codes}
    assert held["document_number"].status == "valid"
    assert held["seal"].status == "valid" and held["seal"].verdict is not None
    other = read(with_codes(("L898902C4", kinds.Code128), ("https://example.org/", kinds.QRCode)))
    found = {code.kind: code.status for code in other.codes}
    assert found == {"document_number": "invalid", "text": "indeterminate"}
    assert other.standing == "invalid"


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (6000, 5000)).save(out, "PNG")
    started = time.monotonic()
    reading = read(out.getvalue())
    assert (reading.status, codes(reading)) == ("unreadable", {"documents.picture.too_many_pixels"})
    assert time.monotonic() - started < eager().border_reading.workers.page_seconds


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "documents.picture.unreadable"),
        (b"%PDF-1.7\nnothing", "page.undrawable"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "documents.picture.unreadable"),
        (b"\0" * (8 * 1024 * 1024 + 1), "page.too_many_bytes"),
    ],
)
def test_what_is_no_page_is_said(data: bytes, code: str) -> None:
    reading = read(data)
    assert (reading.status, codes(reading), reading.exit_code) == ("unreadable", {code}, 2)


@pytest.mark.parametrize("mode", ["CMYK", "I;16", "RGBA", "P", "1", "LA"])
def test_pictures_of_every_depth_are_read(mode: str) -> None:
    grey = Image.open(io.BytesIO(drawn(TD3)))
    out = io.BytesIO()
    if mode == "I;16":
        Image.fromarray(np.asarray(grey).astype(np.uint16) * 200).save(out, "TIFF")
    else:
        grey.convert("RGB").convert(mode).save(out, "TIFF")
    assert read(out.getvalue()).zone.lines == TD3


def test_a_blank_page_holds_nothing() -> None:
    out = io.BytesIO()
    Image.new("L", (900, 600), 250).save(out, "PNG")
    reading = read(out.getvalue())
    assert (reading.status, reading.zone.lines, reading.codes) == ("none", (), ())


def begin_plain(niceness: int, memory_bytes: int) -> None:
    """A worker without readers, for what has nothing to do with them."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    worker.limit(memory_bytes)
    del niceness


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def compute(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    while True:
        sum(range(10_000))


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def tell_and_sleep(path: str, seconds: float) -> None:
    made = Path(path).with_suffix(".part")
    made.write_text(str(os.getpid()))
    made.rename(path)
    time.sleep(seconds)


def take(size: int) -> int:
    return len(b"x" * size)


@pytest.fixture(scope="module")
def plain() -> Workers:
    limits = eager().border_reading.workers.model_copy(update={"page_seconds": 3.0, "page_processor_seconds": 1.0})
    return Workers(limits, begin_plain)


@pytest.mark.slow
def test_a_crash_a_loop_and_too_much_memory_each_cost_one_answer(plain: Workers) -> None:
    for work, given, code in (
        (die, (), "page.crash"),
        (compute, (0.5,), "page.too_slow"),
        (sleep, (60,), "page.too_slow"),
        (take, (4 << 30,), "page.memory"),
    ):
        with pytest.raises(Overrun) as ended:
            plain.schedule(work, *given)()  # type: ignore[arg-type]
        assert ended.value.fault.code == code
        assert plain.schedule(sleep, 0)() > 0


@pytest.mark.slow
def test_a_worker_killed_while_nothing_is_asked_is_replaced(plain: Workers) -> None:
    for _ in range(2 * plain.count):
        os.kill(plain.schedule(sleep, 0)(), signal.SIGKILL)
        time.sleep(0.3)
    assert plain.schedule(sleep, 0)() > 0


@pytest.mark.slow
def test_a_worker_killed_at_a_page_costs_that_page_and_no_other(tmp_path: Path) -> None:
    held = workers(eager().border_reading.workers)
    waiting = held.schedule(tell_and_sleep, str(tmp_path / "pid"), 20)
    while not (tmp_path / "pid").exists():
        time.sleep(0.05)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    with pytest.raises(Overrun) as ended:
        waiting()
    assert ended.value.fault.code == "page.crash"
    assert read(drawn(TD3)).zone.lines == TD3


def test_too_many_pages_are_told_to_come_again() -> None:
    spec = eager()
    held = spec.border_reading.workers
    limits = held.model_copy(update={"waiting": 0, "wait_seconds": 0.2})
    spec = spec.model_copy(update={"border_reading": spec.border_reading.model_copy(update={"workers": limits})})
    turns = workers(limits).turns
    with pytest.raises(Unavailable), turns.turn(1), turns.turn(1):
        read_page(drawn(TD3), spec)


def test_workers_know_nothing_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUANCE_SESSION_SECRET", "a secret")
    held = Workers(eager().border_reading.workers, begin_environment)
    assert held.schedule(environment)() == []
    held.close()


def begin_environment(niceness: int, memory_bytes: int) -> None:
    del niceness, memory_bytes
    worker.forget()


def environment() -> list[str]:
    return [name for name in os.environ if name.startswith("ISSUANCE")]
