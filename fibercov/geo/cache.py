"""Keep what was compiled for the next process, and believe of it only what is as it was written.

numba's own files are believed whatever they hold: of one that is cut short or damaged, the process ends
with a traceback, or without one, or runs code that nobody wrote.
"""

from __future__ import annotations

import hashlib
import pickle
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

from fibercov import writing


class Cache(FunctionCache):
    """What numba takes for its cache, in files of our own; none of it can fail a run."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]  # as numba has it; so below
        locator = self._impl.locator
        base = Path(locator.get_cache_path()) / self._impl.filename_base
        self._cache_file = _Files(base, locator.get_source_stamp())  # type: ignore[assignment]

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept for these types, or None."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - whatever it is: it is compiled again
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it, or say once why that cannot be."""
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - as above
            say_once(getattr(error, "strerror", None) or str(error))


class _Files:
    """One file for each of the types that a function was compiled for: a digest, and what it is of."""

    def __init__(self, base: Path, stamp: Any) -> None:
        self.base, self.stamp = base, stamp

    def load(self, key: tuple[Any, ...]) -> Any:
        """What was saved under this key, or None if there is no such file that is whole."""
        try:
            content = self._file(key).read_bytes()
        except OSError:
            return None
        digest, kept = content[:32], content[32:]
        return pickle.loads(kept) if digest == self._digest(key, kept) else None  # noqa: S301 - our own, and whole

    def save(self, key: tuple[Any, ...], data: Any) -> None:
        """Save it, in the place of what an older version of the function had there."""
        kept = dumps(data)  # type: ignore[no-untyped-call]
        with writing.replacing(self._file(key)) as new:
            new.write_bytes(self._digest(key, kept) + kept)

    def _file(self, key: tuple[Any, ...]) -> Path:
        types, machine, *_ = key
        name = hashlib.sha256(repr((types, machine)).encode()).hexdigest()[:16]
        return self.base.with_name(f"{self.base.name}.{name}.fibercov")

    def _digest(self, key: tuple[Any, ...], kept: bytes) -> bytes:
        of = repr((numba.__version__, self.stamp, key)).encode()
        return hashlib.sha256(of + kept).digest()


@cache
def say_once(reason: str) -> None:
    """Warn that nothing can be kept, and say the way out."""
    warnings.warn(
        f"What fibercov compiles cannot be kept for the next run ({reason}), which takes some seconds "
        "more for it. Set NUMBA_CACHE_DIR to a folder that can be written to.",
        stacklevel=2,
    )
