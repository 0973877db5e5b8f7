"""Bouncy Castle plays the chip of active authentication, and judges the one our tests play."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.judges.java import JARS, judge_command
from tests.unit.keys.test_active_authentication import CHALLENGE, TRAILERS, judge, sign_9796_2, verdict


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("javac") is None or not (JARS / "bcprov.jar").exists(),
    reason="Bouncy Castle is not installed (Debian: apt-get install libbcpkix-java default-jdk-headless)",
)
def test_bouncy_castle_and_we_agree_on_recoverable_signatures() -> None:
    key = rsa.generate_private_key(65537, 1536)
    numbers = key.private_numbers()
    public = numbers.public_numbers
    ours = [
        ("implicit" if trailer == "bc" else name, sign_9796_2(key, CHALLENGE, name, trailer))
        for name, trailer in [*TRAILERS.items(), ("sha1", "33cc")]
    ]
    done = subprocess.run(
        [
            *judge_command("RecoveryJudge", ("bcprov",)),
            *(f"{number:x}" for number in (public.n, numbers.d, public.e)),
            CHALLENGE.hex(),
            *(f"{name}:{response.hex()}" for name, response in ours),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.split("\n")[:-1]
    assert lines[6:] == ["holds"] * len(ours), done.stderr
    for line in lines[:6]:
        name, response = line.split(" ")
        checks = judge(key.public_key(), bytes.fromhex(response))
        assert verdict(checks) == "pass", name
        assert any(c.id == "aa.hash" for c in checks) == (name in ("sha1", "implicit"))
        assert verdict(judge(key.public_key(), bytes.fromhex(response), bytes(8))) == "fail", name
