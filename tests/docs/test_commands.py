"""Every command that the documents show is run as shown, in order, on an installation that `issuance init` made.

The first of the README starts from nothing, as a newcomer's does. Elsewhere a first `init` is copied; every other
`issuance` runs in a warm process, in the shell or, when it asks nothing of a shell, without one.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm
from tests.service import initialised

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_SHELL = re.compile(r"^( *)```sh\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_PLAIN = re.compile(r"issuance [^|<>;&$*`\\]*")  # asks nothing of the shell: needs no start from nothing either
_MAKE = re.compile(r"^make ([a-z-]+)", re.MULTILINE)


def commands(document: Path) -> list[str]:
    """The lines of every `sh` block, continuation lines joined."""
    blocks = [m[2] for m in _SHELL.finditer(document.read_text("utf-8"))]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


@pytest.mark.slow
@pytest.mark.timeout(900)  # a document shows up to thirty commands, each a process of its own
@pytest.mark.parametrize("document", [d for d in DOCUMENTS if commands(d)], ids=lambda d: d.name)
def test_every_command_shown_works_as_shown(document: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    binaries = str(Path(sys.executable).parent)
    cold = {k: v for k, v in os.environ.items() if not k.startswith("ISSUANCE_")}
    cold |= {"PATH": f"{binaries}:{cold['PATH']}", "ISSUANCE_HOME": str(tmp_path / "var"), "HOME": str(tmp_path)}
    with warm.on_path(tmp_path / "bin") as quick:
        environment = cold | {"PATH": f"{quick}:{cold['PATH']}"}
        for number, command in enumerate(commands(document)):
            first = number == 0 and command == "issuance init"
            if first and document.name != "README.md":
                initialised(tmp_path / "var")
                continue
            if not first and _PLAIN.fullmatch(command):
                done = warm.run(shlex.split(command)[1:], environment, tmp_path, 120)
            else:
                done = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, env=cold if first else environment,
                    capture_output=True, text=True, timeout=120, check=False,
                )  # fmt: skip
            assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_every_make_target_shown_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    shown = {t for d in DOCUMENTS for t in _MAKE.findall(d.read_text("utf-8"))}
    assert shown
    assert [t for t in shown if not re.search(rf"^{t}:", makefile, re.MULTILINE)] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{d.name}: {target}"
        for d in DOCUMENTS
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", d.read_text("utf-8"))
        if "://" not in target and not (d.parent / target).exists()
    ]
    assert broken == []
