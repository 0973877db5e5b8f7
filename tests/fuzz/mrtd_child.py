"""The atheris target for all that reads a chip: a child, `python -m tests.fuzz.mrtd_child CORPUS -runs=N`.

The first byte of an input chooses the reader. An escaped exception, over 100 ms of processor time, or growth of
the process over 64 MiB ends the run with a crash.
"""

from __future__ import annotations

import resource
import sys
import time

import atheris

with atheris.instrument_imports(include=["issuance.mrtd", "keys"]):
    from issuance.mrtd.data_groups import read_com
    from issuance.mrtd.data_groups.dg14 import read_card_access
    from issuance.mrtd.data_groups.reading import group_rules, read_group
    from issuance.mrtd.tlv import LdsInvalid
    from keys.active_authentication import verify_active_authentication
    from keys.chip_authentication import ChipAuthenticationRecord, verify_chip_authentication
    from keys.der import DerError
    from keys.security_infos import read_security_infos
from specs.load import load

RULES = group_rules(load())
MAXIMUM_SECONDS, MAXIMUM_GROWTH_KIB = 0.1, 64 * 1024
_COM, _CARD_ACCESS, _ACTIVE, _CHIP = 17, 18, 19, 20


def read(which: int, data: bytes) -> None:
    """`data` through the reader of that number; only typed errors are caught."""
    if 1 <= which <= 16:
        assert read_group(which, data, RULES).findings
    elif which == _ACTIVE:
        spki, response = data[: len(data) // 2], data[len(data) // 2 :]
        assert verify_active_authentication(spki, bytes(8), response, algorithm_oid=None, der_allowed=True)
    else:
        try:
            if which == _COM:
                read_com(data, [])
            elif which == _CARD_ACCESS:
                read_card_access(data)
            elif which == _CHIP:
                record = ChipAuthenticationRecord(data[:65], int.from_bytes(data[:32], "big"), data[-40:])
                assert verify_chip_authentication(read_security_infos(data), record)
        except (LdsInvalid, DerError):
            pass


def one_input(data: bytes) -> None:
    """One run of the fuzzer."""
    started = time.process_time()
    read(data[0] % 21 if data else 0, data[1:])
    if (spent := time.process_time() - started) > MAXIMUM_SECONDS:
        raise RuntimeError(f"{spent:.3f} s for {len(data)} bytes")
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - BASE_KIB > MAXIMUM_GROWTH_KIB:
        raise RuntimeError(f"more than {MAXIMUM_GROWTH_KIB} KiB for {len(data)} bytes")


if __name__ == "__main__":
    read(2, b"")  # what is compiled at first use is not an input's
    BASE_KIB = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + 32 * 1024  # the fuzzer's own tables
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
