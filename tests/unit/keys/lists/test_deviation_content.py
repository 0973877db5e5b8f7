"""What a deviation list says is read as Doc 9303-12 §10.2 writes it; the German list of 2018 is the witness."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from asn1crypto import core
from asn1crypto import x509 as other_x509

from keys.der import DerError
from keys.deviations import DG_HASH_WRONG, DS_ENCODING
from keys.lists.deviations import Description, Documents, read_content
from specs.load import load

LIMITS = load().pki_profiles.deviation_list
# eContent of Germany's list of 2018-11-06, as its published analysis prints it (iland112/icao-local-pkd-cpp, docs)
GERMAN = bytes.fromhex(
    "3081bd020100300706052b0e03021a3181ae3081ab3057a155304f310b3009060355040613024445310d300b060355040a0c0462756e64310c"
    "300a060355040b0c03627369310c300a060355040513033031333115301306035504030c0c637363612d6765726d616e79020201423150304e"
    "133d436f756e747279206e616d6520697320656e636f646564206173205554462d3820696e7374656164206f66205072696e7461626c652053"
    "7472696e672e06086781080101070102a003020100"
)


def test_the_german_list_names_a_signer_by_issuer_and_serial_and_says_what_is_wrong_with_it() -> None:
    version, algorithm, (entry,) = read_content(GERMAN, LIMITS)
    assert (version, algorithm) == (0, "1.3.14.3.2.26")
    assert entry.documents.issuer_and_serial is not None
    issuer, serial = entry.documents.issuer_and_serial
    assert serial == 0x0142
    assert other_x509.Name.load(issuer).native["common_name"] == "csca-germany"
    (said,) = entry.descriptions
    assert said.deviation == DS_ENCODING
    assert said.text == "Country name is encoded as UTF-8 instead of Printable String."
    assert said.field == 0  # generic(0) of CertificateBodyField


class Period(core.Sequence):  # type: ignore[misc]
    _fields = [("first", core.GeneralizedTime), ("last", core.GeneralizedTime)]  # noqa: RUF012


class OtherDocuments(core.Sequence):  # type: ignore[misc]
    """DeviationDocuments as another implementation writes it, with every field but the choice it does not take."""

    _fields = [  # noqa: RUF012
        ("type", core.PrintableString, {"implicit": 0, "optional": True}),
        ("key_identifier", core.OctetString, {"implicit": 2, "optional": True}),
        ("digest", core.OctetString, {"implicit": 3, "optional": True}),
        ("issued", Period, {"implicit": 4, "optional": True}),
        ("numbers", core.SetOf, {"implicit": 5, "optional": True, "spec": core.PrintableString}),
    ]


class OtherDescription(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("text", core.PrintableString, {"optional": True}),
        ("kind", core.ObjectIdentifier),
        ("parameter", core.Integer, {"explicit": 0, "optional": True}),
    ]


class OtherEntry(core.Sequence):  # type: ignore[misc]
    _fields = [("documents", OtherDocuments), ("descriptions", core.SetOf, {"spec": OtherDescription})]  # noqa: RUF012


class OtherList(core.Sequence):  # type: ignore[misc]
    _fields = [("version", core.Integer), ("entries", core.SetOf, {"spec": OtherEntry})]  # noqa: RUF012


def written(documents: dict[str, object]) -> bytes:
    described = [{"kind": DG_HASH_WRONG, "parameter": 12}]
    return bytes(OtherList({"version": 0, "entries": [{"documents": documents, "descriptions": described}]}).dump())


def test_every_way_to_name_documents_is_read_from_another_hand() -> None:
    first, last = datetime(2017, 10, 1, tzinfo=UTC), datetime(2018, 2, 5, tzinfo=UTC)
    numbers = {"CA00001AA", "CA00002AA"}
    content = written(
        {"type": "C", "key_identifier": b"\1\2", "issued": {"first": first, "last": last}, "numbers": sorted(numbers)}
    )
    _, _, (entry,) = read_content(content, LIMITS)
    assert entry.documents == Documents("C", None, b"\1\2", None, (first, last), frozenset(numbers))
    assert entry.descriptions == (Description(DG_HASH_WRONG, parameter=b"\x02\x01\x0c"),)
    assert entry.descriptions[0].field == 12
    digest = hashlib.sha256(b"certificate").digest()
    assert read_content(written({"digest": digest}), LIMITS)[2][0].documents == Documents(certificate_digest=digest)


def test_as_many_numbers_as_italy_published_are_read_and_more_than_allowed_refused() -> None:
    content = written({"numbers": [f"CA{n:07}" for n in range(500)]})
    assert len(read_content(content, LIMITS)[2][0].documents.numbers or ()) == 500
    with pytest.raises(DerError, match="document numbers"):
        read_content(content, LIMITS.model_copy(update={"maximum_document_numbers": 499}))


@pytest.mark.parametrize("cut", range(1, len(GERMAN), 7))
def test_a_cut_or_bent_list_is_a_typed_error(cut: int) -> None:
    with pytest.raises(DerError):
        read_content(GERMAN[:cut], LIMITS)
