"""The parts of a web page that loads nothing: scripts, styles and images in it, and what else may run.

Nothing that stands in the data is ever read as markup or as a script.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import re
from pathlib import Path


def policy(scripts: list[str], origins: list[str], *, tiles: list[str], own: bool) -> str:
    """Write the content security policy: it allows these scripts and these hosts, and no others.

    Added layers may show images, films and pages, and fetch data, from any host.
    """
    digests = (hashlib.sha256(script.encode("utf-8", "replace")).digest() for script in scripts)
    allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    any_host = "'self' data: blob: https: http:" if own else ""
    parts = {
        "default-src": "'none'",
        "script-src": " ".join([*dict.fromkeys(allowed), *origins]),
        "style-src": " ".join(["'unsafe-inline'", *origins]),
        "img-src": any_host or " ".join(["data:", *sorted({host(url) for url in tiles})]),
        "font-src": " ".join(["data:", *origins]),
        "connect-src": any_host or "'none'",
        "frame-src": any_host or "'none'",
        "media-src": any_host or "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def host(url: str) -> str:
    """Return the host of an address, with a wildcard for {s} in that of a background map."""
    found = re.match(r"(?:(https?):)?//([^/]+)", url)
    if found is None:
        return "'self'"
    name = re.sub(r"^[^.]*\{\w+\}[^.]*\.", "*.", found[2])
    return "https:" if "{" in name else f"{found[1] or 'https'}://{name}"


def script_text(source: str) -> str:
    """Escape a script for its element, and remove the link to its source map."""
    source = re.sub(r"\s*//[#@] sourceMappingURL=\S+\s*$", "", source)
    for written, safe in (
        ("</script", "<\\/script"),
        ("<!--", "<\\!--"),
        ("\0", "\N{REPLACEMENT CHARACTER}"),
    ):
        source = source.replace(written, safe)
    return source


def style(file: Path) -> str:
    """Return a style sheet that includes the images and fonts that it names."""

    def inlined(found: re.Match[str]) -> str:
        named = file.parent / re.split("[?#]", found[1])[0]
        return f"url({data_uri(named)})" if named.is_file() else "url(data:,)"

    return re.sub(r"url\([\"']?(?!data:)([^)\"']+)[\"']?\)", inlined, file.read_text("utf-8"))


def data_uri(file: Path) -> str:
    """Write a file as a data URI."""
    kind = mimetypes.MimeTypes().guess_type(file.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def json_text(value: object) -> str:
    """Write JSON for a script element: nothing in it ends the element or starts another."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
