"""The doors of `keys`: one way to a signature, and private keys that nobody else sees."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.sources import sources

pytestmark = pytest.mark.heavy

BYTES = ("bytes", "bytearray", "memoryview", "Buffer")


def users_of(name: str) -> set[str]:
    """Files that reach an attribute of this name, by a dot or by its text (`getattr`)."""
    return {source.file for source in sources().values() if name in source.reached}


def tree(file: str) -> ast.Module:
    return next(source.tree for source in sources().values() if source.file == file)


def callables(part: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(part) if isinstance(node, ast.FunctionDef)]


def reaches(part: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(part))


def calls(part: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(part))


def test_only_issue_asks_the_ring_to_sign() -> None:
    assert users_of("_sign") == {"keys/signing.py"}
    assert [f.name for f in callables(tree("keys/signing.py")) if reaches(f, "_sign")] == ["_verified"]
    asking = [f.name for f in callables(tree("keys/signing.py")) if calls(f, "_verified")]
    assert asking == ["issue", "issue_together"]
    assert users_of("_verified") == set()


STORES = {"keys/stores/software.py", "keys/stores/pkcs11.py"}


def test_a_key_of_a_store_signs_for_the_ring_alone() -> None:
    """Stores speak to their library (`key.sign`); of everybody else only the ring reaches a `sign`."""
    assert users_of("sign") - STORES == {"keys/ring.py"}
    assert [f.name for f in callables(tree("keys/ring.py")) if reaches(f, "sign")] == ["_sign"]


def test_private_halves_stay_between_ceremony_store_and_ring() -> None:
    assert users_of("private_key") - STORES == {"keys/ceremony.py", "keys/admission.py", "keys/ring.py"}
    assert users_of("_by_id") == users_of("_by_purpose") == {"keys/ring.py"}


def test_what_a_store_hands_out_holds_no_open_private_half() -> None:
    """`PrivateKey` has a public half and `sign`; the library's key is reached inside the stores only."""
    assert users_of("create_key") <= STORES | {"keys/ceremony.py"}
    assert users_of("private_bytes") == {"keys/stores/software.py", "keys/chip_keys.py"}  # a chip's leaves for the chip


def test_the_ring_hands_out_no_private_half() -> None:
    ring = next(n for n in tree("keys/ring.py").body if isinstance(n, ast.ClassDef) and n.name == "Keys")
    public = [f for f in callables(ring) if not f.name.startswith("_")]
    assert public and not [f.name for f in public if f.returns and "KeyEntry" in ast.unparse(f.returns)]


def test_nothing_public_takes_bytes_and_gives_a_signature() -> None:
    """`finish(signature)` takes one; a function that names signing and takes bytes would make one."""
    found = [
        f"{source.file}: {f.name}"
        for source in sources().values()
        if source.file.startswith("keys/") and not source.file.startswith("keys/stores/")
        for f in callables(source.tree)
        if not f.name.startswith("_")
        and (f.name == "sign" or f.name.startswith("sign_") or reaches(f, "_sign"))
        and any(a.annotation and ast.unparse(a.annotation) in BYTES for a in (*f.args.args, *f.args.kwonlyargs))
    ]
    assert found == []
