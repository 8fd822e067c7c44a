"""Check that the site loads nothing from other hosts: a page that would is an error of the build.

A hook of mkdocs, whose warnings are errors when the site is built with `strict`.
"""

from __future__ import annotations

import logging
import re
from typing import Any

_LOADED = re.compile(r"""<(?!a\b)\w+\b[^>]*\s(?:src|href)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""")
_LOG = logging.getLogger("mkdocs.hooks.no_network")


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Return the page unchanged, with a warning for each address that it loads from elsewhere."""
    for address in loaded(output):
        _LOG.warning("%s loads %s", page.file.src_uri, address)
    return output


def loaded(html: str) -> list[str]:
    """List the addresses on other hosts that a page loads; links to follow do not count."""
    return _LOADED.findall(html)
