"""LDIF is read as RFC 2849 says, bounded and strictly; what is written another reader reads alike."""

from __future__ import annotations

import io
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ldif import LDIFParser, LDIFWriter

from keys.lists.ldif import LdifError, entries, write
from specs.load import load

LIMITS = load().pki_profiles.directory
# RFC 2849, examples 1, 2 and 3 (the names are the RFC's)
RFC_EXAMPLE = b"""version: 1
dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com
objectclass: top
objectclass: person
cn: Barbara Jensen
description:Babs is a big sailing fan, and travels extensively in sea
 rch of perfect sailing conditions.
title:Product Manager, Rod and Reel Division

# a comment
 that goes on
dn: cn=Gern Jensen, ou=Product Testing, dc=airius, dc=com
objectclass: top
description:: V2hhdCBhIGNhcmVmdWwgcmVhZGVyIHlvdSBhcmUhICBUaGlzIHZhbHVlIGlzIGJhc2UtNjQtZW5jb2RlZCBiZWNhdXNlIGl0IGhhcyBhIGNvbnRyb2wgY2hhcmFjdGVyIGluIGl0IChhIENSKS4NICBCeSB0aGUgd2F5LCB5b3Ugc2hvdWxkIHJlYWxseSBnZXQgb3V0IG1vcmUu
"""  # noqa: E501


def read(data: bytes) -> list[tuple[str, list[tuple[str, bytes]]]]:
    return [(entry.dn, list(entry.attributes)) for entry in entries(io.BytesIO(data), LIMITS)]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_the_examples_of_rfc_2849_are_read(line_end: bytes) -> None:
    first, second = read(RFC_EXAMPLE.replace(b"\n", line_end))
    assert first[0] == "cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com"
    assert first[1][:2] == [("objectclass", b"top"), ("objectclass", b"person")]
    assert first[1][3] == (
        "description",
        b"Babs is a big sailing fan, and travels extensively in search of perfect sailing conditions.",
    )
    assert second[1][1][1].endswith(b"(a CR).\r  By the way, you should really get out more.")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"cn: x\n", "begins with dn"),
        (b" x\n", "continuation of nothing"),
        (b"dn: c=LY\nuserCertificate;binary:: MIIB*A==\n", "line 2"),
        (b"dn: c=LY\nuserCertificate;binary:: MIIBA\n", "line 2"),
        (b"dn: c=LY\nuserCertificate;binary:< file:///etc/passwd\n", "never fetched"),
        (b"dn: c=LY\nchangetype: delete\n", "other than add"),
        (b"dn: c=LY\nno value\n", "no attribute and value"),
        (b"dn:: /w==\n", "not UTF-8"),
        (b"dn: c=LY\n" + b"a: b\n" * 300, "attributes in one entry"),
        (b"dn: " + b"x" * 70_000, "longer than"),
    ],
)
def test_what_is_no_ldif_is_refused_with_its_line(data: bytes, said: str) -> None:
    with pytest.raises(LdifError, match=said):
        read(data)


def test_more_entries_than_allowed_are_refused() -> None:
    few = LIMITS.model_copy(update={"maximum_entries": 2})
    with pytest.raises(LdifError, match="more than 2 entries"):
        list(entries(io.BytesIO(b"dn: c=LY\n\n" * 3), few))


def test_a_value_larger_than_allowed_is_refused_before_it_is_held() -> None:
    small = LIMITS.model_copy(update={"maximum_value_bytes": 1000})
    with pytest.raises(LdifError, match="larger than"):
        list(entries(io.BytesIO(b"dn: c=LY\na:: " + b"\n AAAA" * 100_000), small))


@pytest.mark.heavy
def test_memory_does_not_grow_with_the_number_of_entries() -> None:
    class Endless(io.RawIOBase):
        """A file of 20,000 entries of 1 KiB that nobody ever holds."""

        left = 20_000
        rest = b""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            if not self.rest:
                if not self.left:
                    return 0
                self.left -= 1
                self.rest = b"dn: c=LY\n" + b"a: " + b"x" * 1000 + b"\n\n"
            part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    tracemalloc.start()
    assert sum(1 for _ in entries(io.BufferedReader(Endless()), LIMITS)) == 20_000
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


_NAMES = st.sampled_from(["cn", "userCertificate;binary", "sn", "objectClass"])
_VALUES = st.one_of(st.binary(max_size=300), st.text(max_size=200).filter(lambda text: "\0" not in text))


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=60), st.lists(st.tuples(_NAMES, _VALUES), max_size=5)), max_size=4)
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(records: list[tuple[str, list[tuple[str, bytes | str]]]]) -> None:
    expected = [
        (dn, [(name.lower(), value.encode() if isinstance(value, str) else value) for name, value in attributes])
        for dn, attributes in records
    ]
    assert read(b"".join(write(records))) == expected


@given(st.lists(st.tuples(_NAMES, st.binary(min_size=1, max_size=300)), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_another_implementation_reads_and_writes_the_same(attributes: list[tuple[str, bytes]]) -> None:
    dn = "cn=CSCA Libya\\,C\\=LY,o=crl,c=LY,dc=data"
    ours = b"".join(write([(dn, attributes)]))
    parsed = LDIFParser(io.BytesIO(ours), encoding=None).parse()
    ((read_dn, held),) = [record for record in parsed if record[0] is not None]  # it counts the version line as one
    assert read_dn == dn and sum(len(values) for values in held.values()) == len(attributes)
    theirs = io.BytesIO()
    LDIFWriter(theirs).unparse(dn, {name: [v for n, v in attributes if n == name] for name, _ in attributes})
    assert sorted(read(theirs.getvalue())[0][1]) == sorted((name.lower(), value) for name, value in attributes)


@given(st.binary(max_size=400))
@example(b"version: 1\n\n\ndn:\n")
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_entries_or_a_typed_error(data: bytes) -> None:
    with suppress(LdifError):
        read(data)
