"""The judges written in Java, compiled once a run: starting from source each time costs three times as much."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

JARS: Final = Path("/usr/share/java")
_BUILT: Final = tempfile.TemporaryDirectory(prefix="issuance-judges-")


def judge_command(program: str, jars: Sequence[str]) -> list[str]:
    """What starts `program`.java of this folder, with Debian's `jars` (names without `.jar`)."""
    return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", _compiled(program, tuple(jars)), program]


@cache
def _compiled(program: str, jars: tuple[str, ...]) -> str:
    libraries = ":".join(str(JARS / f"{name}.jar") for name in jars)
    source = Path(__file__).with_name(f"{program}.java")
    subprocess.run(["javac", "-nowarn", "-cp", libraries, "-d", _BUILT.name, source], check=True, capture_output=True)
    return f"{_BUILT.name}:{libraries}"
