"""Settings name every fault at once; production refuses what is only for development."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from issuance.core.secrets import development_secret
from issuance.core.settings import Settings, read_settings
from specs.errors import Invalid

GOOD_SECRET = "q8N2vT5xLw0ZrYk3HsJd7PbMf1Gc9UaE"  # 32 different enough characters


def faults(environment: dict[str, str]) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        read_settings(environment)
    return {(f.field or "", f.code.removeprefix("core.settings.")) for f in caught.value.faults}


def production(tmp_path: Path, **changes: str) -> dict[str, str]:
    good = {
        "ISSUANCE_ENVIRONMENT": "production",
        "ISSUANCE_HOME": str(tmp_path),
        "ISSUANCE_PUBLIC_BASE_URL": "https://issuance.example.ly",
        "ISSUANCE_SESSION_SECRET": GOOD_SECRET,
        "ISSUANCE_KEY_STORE": "pkcs11",
        "ISSUANCE_PKCS11_PIN": "1234",
        "ISSUANCE_PKCS11_MODULE": __file__,
    }
    return good | {f"ISSUANCE_{name.upper()}": value for name, value in changes.items()}


def test_tls_settings_that_do_not_go_together_are_named(tmp_path: Path) -> None:
    held, key = tmp_path / "server.crt", tmp_path / "server.key"
    for path, mode in ((held, 0o644), (key, 0o600)):
        path.write_text("")
        path.chmod(mode)
    home = {"ISSUANCE_HOME": str(tmp_path)}
    tls = home | {"ISSUANCE_TLS_CERTIFICATE": str(held), "ISSUANCE_TLS_KEY": str(key)}
    assert read_settings(tls).base_url == "https://127.0.0.1:8000"
    assert read_settings(tls).secure_cookies
    assert faults(home | {"ISSUANCE_TLS_CERTIFICATE": str(held)}) == {("ISSUANCE_TLS_CERTIFICATE", "pair")}
    assert faults(home | {"ISSUANCE_CLIENT_CA": str(held)}) == {("ISSUANCE_CLIENT_CA", "pair")}
    assert faults(tls | {"ISSUANCE_CLIENT_CERTIFICATES": "required"}) == {("ISSUANCE_CLIENT_CA", "missing")}
    assert faults(tls | {"ISSUANCE_CLIENT_CA": str(tmp_path / "none")}) == {("ISSUANCE_CLIENT_CA", "missing")}
    key.chmod(0o644)
    assert faults(tls) == {("ISSUANCE_TLS_KEY", "exposed")}


def test_nothing_needs_to_be_set_for_development(tmp_path: Path) -> None:
    settings = read_settings({"ISSUANCE_HOME": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path}/issuance.db"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.secure_cookies
    assert not settings.production


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    assert faults(
        {
            "ISSUANCE_ENVIRONMENT": "staging",
            "ISSUANCE_PORT": "99999",
            "ISSUANCE_DATABASE_URL": "mysql://x",
            "ISSUANCE_PUBLIC_BASE_URL": "ftp://x",
            "ISSUANCE_SPECS": str(tmp_path / "none"),
            "ISSUANCE_COOKIE_SECUER": "1",
        }
    ) == {
        ("ISSUANCE_ENVIRONMENT", "type"),
        ("ISSUANCE_PORT", "type"),
        ("ISSUANCE_DATABASE_URL", "url"),
        ("ISSUANCE_PUBLIC_BASE_URL", "url"),
        ("ISSUANCE_SPECS", "missing"),
        ("ISSUANCE_COOKIE_SECUER", "unknown"),
    }


def test_production_refuses_software_keys(tmp_path: Path) -> None:
    assert faults(production(tmp_path, key_store="software")) == {("ISSUANCE_KEY_STORE", "development_keys")}


def test_a_token_needs_its_pin_and_its_library(tmp_path: Path) -> None:
    bare = {"ISSUANCE_KEY_STORE": "pkcs11", "ISSUANCE_PKCS11_MODULE": str(tmp_path / "none.so")}
    assert faults(bare) == {("ISSUANCE_PKCS11_PIN", "secret_missing"), ("ISSUANCE_PKCS11_MODULE", "missing")}
    twice = production(tmp_path, pkcs11_pin_file=str(tmp_path / "none"))
    assert faults(twice) == {("ISSUANCE_PKCS11_PIN", "twice"), ("ISSUANCE_PKCS11_PIN_FILE", "missing")}


def test_the_pin_comes_from_its_file_and_does_not_show(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("98 76\n")
    file.chmod(0o600)
    settings = read_settings({"ISSUANCE_KEY_STORE": "pkcs11", "ISSUANCE_PKCS11_PIN_FILE": str(file)})
    assert settings.pin() == "98 76"
    given = read_settings({"ISSUANCE_KEY_STORE": "pkcs11", "ISSUANCE_PKCS11_PIN": GOOD_SECRET})
    assert given.pin() == GOOD_SECRET
    assert GOOD_SECRET not in repr(given) + given.model_dump_json()


def test_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(Invalid, match="did you mean ISSUANCE_COOKIE_SECURE"):
        read_settings({"ISSUANCE_COOKIE_SECUER": "1"})


def test_good_production_settings_pass(tmp_path: Path) -> None:
    settings = read_settings(production(tmp_path))
    assert settings.production
    assert settings.secure_cookies


def test_bare_production_is_refused_for_every_reason_at_once(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "document_signer-0123456789abcdef.key").touch()
    assert faults({"ISSUANCE_ENVIRONMENT": "production", "ISSUANCE_HOME": str(tmp_path)}) == {
        ("ISSUANCE_SESSION_SECRET", "secret_missing"),
        ("ISSUANCE_KEY_STORE", "development_keys"),
        ("ISSUANCE_PUBLIC_BASE_URL", "plain_http"),
        ("ISSUANCE_COOKIE_SECURE", "plain_http"),
    }


def test_production_guesses_no_token_library(tmp_path: Path) -> None:
    assert faults(production(tmp_path, pkcs11_module="")) == {("ISSUANCE_PKCS11_MODULE", "module_missing")}


@pytest.mark.parametrize(("mode", "refused"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_secret_in_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int, refused: bool) -> None:
    path = tmp_path / "secret"
    path.write_text("a passphrase in a file\n")
    path.chmod(mode)
    for name, read in (("pkcs11_pin_file", "pin"), ("key_passphrase_file", "passphrase")):
        settings = read_settings({"ISSUANCE_HOME": str(tmp_path), f"ISSUANCE_{name.upper()}": str(path)})
        if not refused:
            assert getattr(settings, read)() in ("a passphrase in a file", b"a passphrase in a file")
            continue
        with pytest.raises(Invalid) as exposed:
            getattr(settings, read)()
        assert [(f.code, f.field) for f in exposed.value.faults] == [
            ("core.settings.exposed", f"ISSUANCE_{name.upper()}")
        ]


def test_production_refuses_secrets_that_development_made(tmp_path: Path) -> None:
    development = read_settings({"ISSUANCE_HOME": str(tmp_path)})
    secret = development.session_key().decode()
    assert faults(production(tmp_path, session_secret=secret)) == {("ISSUANCE_SESSION_SECRET", "secret_weak")}


def test_production_refuses_key_files_left_in_the_home_of_a_token(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "document_signer-0123456789abcdef.key").touch()
    assert faults(production(tmp_path)) == {("ISSUANCE_KEYS_DIRECTORY", "development_keys")}


@pytest.mark.parametrize("secret", ["short", "x" * 64, "changeme" * 8])
def test_production_refuses_guessable_session_secrets(tmp_path: Path, secret: str) -> None:
    assert faults(production(tmp_path, session_secret=secret)) == {("ISSUANCE_SESSION_SECRET", "secret_weak")}


def test_production_refuses_cookies_over_plain_http(tmp_path: Path) -> None:
    assert faults(production(tmp_path, cookie_secure="false")) == {("ISSUANCE_COOKIE_SECURE", "plain_http")}


@pytest.mark.heavy
def test_threads_that_ask_for_a_development_secret_at_once_are_told_the_same(tmp_path: Path) -> None:
    """Digests of people are keyed by one: whoever was told another could have two appointments."""
    for attempt in range(20):
        home, ready = tmp_path / str(attempt), Barrier(16)

        def ask(home: Path = home, ready: Barrier = ready) -> str:
            ready.wait()
            return development_secret(home, "session_secret")

        with ThreadPoolExecutor(16) as pool:
            told = {done.result() for done in [pool.submit(ask) for _ in range(16)]}
        assert told == {development_secret(home, "session_secret")}
        assert [one.name for one in (home / "development").iterdir()] == ["session_secret"]


def test_development_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = read_settings({"ISSUANCE_HOME": str(tmp_path)})
    first = settings.session_key()
    assert settings.session_key() == first != settings.passphrase()
    assert len(first) >= 32
    assert (tmp_path / "development" / "session_secret").stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in (tmp_path / "development").iterdir()) == ["key_passphrase", "session_secret"]


def test_passphrase_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("from the file\n")
    file.chmod(0o600)
    assert read_settings({"ISSUANCE_KEY_PASSPHRASE_FILE": str(file)}).passphrase() == b"from the file"
    assert faults({"ISSUANCE_KEY_PASSPHRASE_FILE": str(file), "ISSUANCE_KEY_PASSPHRASE": "x"}) == {
        ("ISSUANCE_KEY_PASSPHRASE", "twice")
    }


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = read_settings(production(tmp_path))
    assert GOOD_SECRET not in repr(settings)
    assert GOOD_SECRET not in settings.model_dump_json()


def test_fault_texts_never_repeat_a_value() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"ISSUANCE_PORT": "hunter2", "ISSUANCE_DATABASE_URL": "mysql://user:hunter2@host/x"})
    assert "hunter2" not in str(caught.value)


def test_console_options_win_over_the_environment() -> None:
    assert read_settings({"ISSUANCE_PORT": "1"}, port=2, host=None) == Settings(port=2)


def test_an_outside_time_stamp_authority_is_asked_by_https_and_with_its_certificates(tmp_path: Path) -> None:
    found = faults({"ISSUANCE_TSA_URL": "http://tsa.example"})
    assert found == {("ISSUANCE_TSA_URL", "url"), ("ISSUANCE_TSA_TRUST", "missing")}
    for url in ("https://tsa.example/stamp", "http://127.0.0.1:3180/"):
        assert read_settings({"ISSUANCE_TSA_URL": url, "ISSUANCE_TSA_TRUST": str(tmp_path)}).tsa_url == url
