"""A PKCS#11 module in this process: loaded once, initialised for several threads, begun anew after a fork or a loss.

python-pkcs11 initialises with no arguments, which promises that one thread alone will call (PKCS#11 §5.4); SoftHSM
then takes no locks. So the module is initialised here, with operating-system locks. Knows no token and no key.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

import pkcs11

from specs.errors import Fault, Unavailable

SEARCHED: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
_OS_LOCKING_OK: Final = 2
_OK: Final = 0


class _InitializeArgs(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS (PKCS#11 §5.4)."""

    _fields_: ClassVar = [
        *((name, ctypes.c_void_p) for name in ("create_mutex", "destroy_mutex", "lock_mutex", "unlock_mutex")),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    ]


class _FunctionList(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    _fields_: ClassVar = [
        ("version", ctypes.c_ubyte * 2),
        ("initialize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
        ("finalize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
    ]


class Cryptoki:
    """One module. epoch: grows whenever it was initialised, and with that every session and handle was lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.epoch = 0
        self._at_work = 0
        self._stopped = False
        self._inherited = False
        self._reset()
        try:
            self.library: Any = pkcs11.lib(str(path))
            functions = ctypes.POINTER(_FunctionList)()
            if ctypes.CDLL(str(path)).C_GetFunctionList(ctypes.byref(functions)) != _OK:
                raise OSError("C_GetFunctionList failed")
        except (pkcs11.PKCS11Error, OSError, AttributeError) as error:
            raise _not_started(path) from error
        self._functions = functions.contents
        self._initialise()
        os.register_at_fork(before=self._stop, after_in_parent=self._go_on, after_in_child=self._reset)

    @property
    def software(self) -> bool:
        """Whether it is SoftHSM, by its own word or its name: its keys are files, whatever it says of them."""
        return "softhsm" in f"{self.library.manufacturer_id!s} {self.path.resolve().name}".lower()

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Round every call into the module, so that nobody finalises it meanwhile. Raises `Unavailable`."""
        with self._ready:
            while self._stopped:
                self._ready.wait()
            if self._inherited:
                self._initialise()
            self._at_work += 1
        try:
            yield
        finally:
            with self._ready:
                self._at_work -= 1
                if not self._at_work:
                    self._ready.notify_all()

    def begin_anew(self, seen: int) -> None:
        """Finalise and initialise, unless another thread did since epoch `seen`. Raises `Unavailable`."""
        self._stop()
        try:
            if self.epoch == seen:
                self._initialise()
        finally:
            self._go_on()

    def _initialise(self) -> None:
        self.epoch += 1
        arguments = _InitializeArgs(flags=_OS_LOCKING_OK)
        self._functions.finalize(None)  # refuses when the last initialisation failed, which is as good
        if self._functions.initialize(ctypes.byref(arguments)) != _OK:
            raise _not_started(self.path)
        self._inherited = False

    def _stop(self) -> None:
        """Wait until nobody is at work, and let nobody begin."""
        with self._ready:
            while self._stopped:
                self._ready.wait()
            self._stopped = True
            while self._at_work:
                self._ready.wait()

    def _go_on(self) -> None:
        with self._ready:
            self._stopped = False
            self._ready.notify_all()

    def _reset(self) -> None:
        """At the start, and in a forked child: what a parent opened is not the child's (PKCS#11 §5.4)."""
        self._ready = threading.Condition()
        self.logging_in = threading.Lock()
        self._at_work, self._stopped = 0, False
        self._inherited = self.epoch > 0


_loaded: dict[Path, Cryptoki] = {}
_loading = threading.Lock()


def cryptoki(module: Path | None) -> Cryptoki:
    """The module at this path, or the first SoftHSM found. Raises `Unavailable`."""
    path = module or next((p for p in map(Path, SEARCHED) if p.is_file()), None)
    if path is None or not path.is_file():
        raise Unavailable(
            Fault(
                "keys.token.module",
                "مكتبة PKCS#11 غير موجودة",
                "there is no PKCS#11 module here",
                field=str(path or SEARCHED[0]),
                clause="PKCS#11 §5.4",
            )
        )
    with _loading:
        if path not in _loaded:
            _loaded[path] = Cryptoki(path)
        return _loaded[path]


def _not_started(path: Path) -> Unavailable:
    return Unavailable(
        Fault(
            "keys.token.module",
            "تعذّر تشغيل مكتبة PKCS#11",
            "the PKCS#11 module does not start; its token store may be out of reach",
            field=path.name,
            clause="PKCS#11 §5.4",
        )
    )
