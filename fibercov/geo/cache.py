"""Keep compiled code for the next process, and load only files that are intact.

numba trusts its own cache files: one that is cut short or damaged ends the process, with a traceback
or without one, or runs code that nobody wrote.
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
    """A cache for numba in files of our own; no error in it can fail a run."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]  # numba has no types; so below
        locator = self._impl.locator
        base = Path(locator.get_cache_path()) / self._impl.filename_base
        # RULE: loops call one another, so what is compiled is of all files beside it.
        beside = sorted(Path(function.__code__.co_filename).parent.glob("*.py"))
        stamp = [locator.get_source_stamp(), *((f.name, f.stat().st_mtime_ns) for f in beside)]
        self._cache_file = _Files(base, stamp)  # type: ignore[assignment]

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load what was kept for these types; None if there is nothing to load."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - whatever went wrong, compile again
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code; warn once if that is impossible."""
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - as above
            say_once(getattr(error, "strerror", None) or str(error))


class _Files:
    """Files, one for each set of types that a function was compiled for: a digest, then the code."""

    def __init__(self, base: Path, stamp: Any) -> None:
        self.base, self.stamp = base, stamp

    def load(self, key: tuple[Any, ...]) -> Any:
        """Load what was saved under this key; None if there is no intact file."""
        try:
            content = self._file(key).read_bytes()
        except OSError:
            return None
        digest, kept = content[:32], content[32:]
        return pickle.loads(kept) if digest == self._digest(key, kept) else None  # noqa: S301 - our own file, and intact

    def save(self, key: tuple[Any, ...], data: Any) -> None:
        """Save compiled code, replacing that of an older version of the function."""
        kept = dumps(data)  # type: ignore[no-untyped-call]
        with writing.replacing(self._file(key)) as new:
            new.write_bytes(self._digest(key, kept) + kept)

    def _file(self, key: tuple[Any, ...]) -> Path:
        """Name the file of a key by its types and machine, which a new version shares."""
        types, machine, *_ = key
        name = hashlib.sha256(repr((types, machine)).encode()).hexdigest()[:16]
        return self.base.with_name(f"{self.base.name}.{name}.fibercov")

    def _digest(self, key: tuple[Any, ...], kept: bytes) -> bytes:
        """Digest the code with everything that it must match."""
        of = repr((numba.__version__, self.stamp, key)).encode()
        return hashlib.sha256(of + kept).digest()


@cache
def say_once(reason: str) -> None:
    """Warn, once, that nothing can be kept, and say the way out."""
    warnings.warn(
        f"What fibercov compiles cannot be kept for the next run ({reason}), which takes some seconds "
        "more for it. Set NUMBA_CACHE_DIR to a folder that can be written to.",
        stacklevel=2,
    )
