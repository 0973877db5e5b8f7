"""Security objects read and linted; the second of one form is known by its bytes instead of being parsed again.

Two security objects of one length that are equal outside some OCTET STRING contents (the digests listed, the message
digest, the signature) have every tag, length, name, algorithm and certificate in common, so no rule of form can tell
them apart: what was clean in one is clean in the other. Only forms read whole and found clean are remembered, and only
what the reader found; nothing here knows the builder, and no digest or signature is ever judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from keys.lint_sod import lint_security_object
from keys.security_object import SecurityObject, read_security_object
from keys.signed_data import MESSAGE_DIGEST, SignedData, SignerInfo
from keys.verdict import Check
from specs.schema.pki import SecurityObject as Rules

_MAX_BYTES: Final = 8_192  # ours have under 2 KiB; a remembered form holds its bytes once
_MAX_LENGTHS: Final = 64
_MAX_OF_ONE_LENGTH: Final = 4


def read_and_lint(der: bytes, rules: Rules) -> tuple[SecurityObject, list[Check]]:
    """What `read_security_object` and `lint_security_object` say of a whole EF.SOD. Raises what the former does."""
    for form in _known.get(len(der), ()):
        if form.rules is rules and form.fits(der):
            return form.read(der), []
    held = read_security_object(der)
    found = lint_security_object(held, rules)
    if not found and len(der) <= _MAX_BYTES and (learnt := _Form.of(der, held, rules)):
        if len(_known) >= _MAX_LENGTHS:
            _known.clear()
        _known[len(der)] = (learnt, *_known.get(len(der), ()))[:_MAX_OF_ONE_LENGTH]
    return held, found


def lint_form(der: bytes, rules: Rules) -> list[Check]:
    """The second half of `read_and_lint` alone: a form that is known has nothing wrong, and is not read."""
    for form in _known.get(len(der), ()):
        if form.rules is rules and form.fits(der):
            return []
    return read_and_lint(der, rules)[1]


@dataclass(frozen=True, slots=True)
class _Form:
    """model: the one read whole. fixed: (offset, bytes) of all that must be equal. The slices are where the rest is."""

    model: SecurityObject
    rules: Rules
    fixed: tuple[tuple[int, bytes], ...]
    digests: tuple[tuple[int, slice], ...]
    content: slice
    attributes: slice
    digest_attribute: slice
    signature: slice

    @classmethod
    def of(cls, der: bytes, held: SecurityObject, rules: Rules) -> Self | None:
        """None when a varying part stands twice, so that where it is cannot be told from its bytes."""
        content, info = held.signed_data.content or b"", held.info
        (attribute,) = info.attributes[MESSAGE_DIGEST]
        digests, signature = [*held.digests.values()], info.signature
        parts = [*digests, held.message_digest, signature, content, info.signed_attributes[1:], attribute]
        if not all(part and der.count(part) == 1 for part in parts):
            return None
        at = {part: slice(start := der.index(part), start + len(part)) for part in parts}
        fixed, end = [], 0
        for gap in sorted((at[part] for part in parts[:-3]), key=lambda s: s.start):
            fixed.append((end, der[end : gap.start]))
            end = gap.stop
        fixed.append((end, der[end:]))
        return cls(
            held,
            rules,
            tuple(fixed),
            tuple((number, at[part]) for number, part in held.digests.items()),
            content=at[content],
            attributes=at[info.signed_attributes[1:]],
            digest_attribute=at[attribute],
            signature=at[signature],
        )

    def fits(self, der: bytes) -> bool:
        """Whether `der`, of this form's length, is equal in all that is fixed."""
        for at, octets in self.fixed:  # noqa: SIM110 - a generator costs more than all the comparisons
            if not der.startswith(octets, at):
                return False
        return True

    def read(self, der: bytes) -> SecurityObject:
        """The values of a `der` that fits."""
        model, signed, info = self.model, self.model.signed_data, self.model.info
        attributes = {**info.attributes, MESSAGE_DIGEST: [der[self.digest_attribute]]}
        return SecurityObject(
            SignedData(
                signed.version,
                signed.digest_algorithms,
                signed.content_type,
                der[self.content],
                signed.certificates,
                signed.crls,
                [
                    SignerInfo(
                        info.version,
                        info.issuer_der,
                        info.serial,
                        info.key_id,
                        info.digest_algorithm_der,
                        b"\x31" + der[self.attributes],
                        attributes,
                        info.signature_algorithm_der,
                        der[self.signature],
                        info.unsigned_attributes,
                    )
                ],
            ),
            model.version,
            model.hash,
            model.hash_null,
            {number: der[at] for number, at in self.digests},
            model.lds_version,
            model.unicode_version,
            model.signers,
        )


_known: Final[dict[int, tuple[_Form, ...]]] = {}
