"""The process dies (SIGKILL) while a bundle is made or updated: the old one stands, or the new, never a half."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from issuance.border.bundle import making
from issuance.border.bundle.opening import BundleKnowledge
from issuance.border.bundle.updating import delta_of_files, update
from issuance.core.actor import system
from issuance.service import Service
from keys.trust import TrustStore
from specs.load import SHIPPED, load
from tests import warm
from tests.failure.bundle_until import make_until, update_until
from tests.passport_books import put_book
from tests.service import NOW

SPEC = load(SHIPPED)
POST = system("post")
# what is killed on its way in: the files of the bundle, the step and the mark; the row of the audit; tidying up
MAKING = [
    *(("issuance.border.bundle.making:write_atomically", time) for time in (1, 2, 3)),
    *(("keys.files:sync_directory", time) for time in (1, 2, 3)),
    ("issuance.border.bundle.making:unit_of_work", 1),
    ("issuance.border.bundle.making:_tidy", 1),
]
UPDATING = [
    ("issuance.border.bundle.updating:write_atomically", 1), ("keys.files:sync_directory", 1),
    ("issuance.border.bundle.memory:write_atomically", 1), ("keys.files:sync_directory", 2),
]  # fmt: skip


def anchors(service: Service) -> TrustStore:
    return TrustStore(certificates=tuple(one.der for one in service.trust.anchors))


@pytest.mark.slow  # each in a process of its own
@pytest.mark.parametrize(("point", "time"), MAKING)
def test_wherever_the_service_dies_the_next_bundle_is_whole_and_newer_and_deltas_lead_to_it(
    service: Service, tmp_path: Path, point: str, time: int
) -> None:
    put_book(service, "LB2345678")
    first = making.current(service, POST, NOW)
    post = Path(shutil.copy(first.path, tmp_path / "post"))
    put_book(service, "LB3456789")
    held = service.settings
    assert (
        warm.forked(make_until, str(held.home), held.database_url, str(held.keys_home), point, time) == -signal.SIGKILL
    )
    made = making.current(service, POST, NOW, at_once=True)
    assert made.head.version > first.head.version
    step = making.delta_to(service, POST, first.head.version, made.head.version, NOW)
    (tmp_path / "delta").write_bytes(step)
    update(post, tmp_path / "delta", anchors(service), SPEC)
    assert post.read_bytes() == made.path.read_bytes()
    assert [path.name for path in made.path.parent.glob(".*")] == [".lock"]
    known = BundleKnowledge.open(post, None, SPEC)
    assert [(one := known.standing(n)) and one.state for n in ("LB2345678", "LB3456789")] == ["active", "active"]


@pytest.mark.slow
@pytest.mark.parametrize(("point", "time"), UPDATING)
def test_wherever_a_post_dies_it_has_the_old_bundle_or_the_new_and_the_update_can_be_repeated(
    service: Service, tmp_path: Path, point: str, time: int
) -> None:
    put_book(service, "LB2345678")
    post = Path(shutil.copy(making.current(service, POST, NOW).path, tmp_path / "post"))
    before = post.read_bytes()
    BundleKnowledge.open(post, anchors(service), SPEC).close()
    put_book(service, "LB3456789")
    newer = making.current(service, POST, NOW, at_once=True).path
    (tmp_path / "delta").write_bytes(delta_of_files(post, newer, SPEC))
    assert warm.forked(update_until, str(post), str(tmp_path / "delta"), point, time) == -signal.SIGKILL
    assert post.read_bytes() in (before, newer.read_bytes())
    BundleKnowledge.open(post, None, SPEC).close()
    if post.read_bytes() == before:
        update(post, tmp_path / "delta", None, SPEC)
    assert post.read_bytes() == newer.read_bytes()
