"""The map as a page: a `folium.Map` whose file loads nothing from any host.

Everything that the page needs stands in it. What a user adds with folium is drawn too; if it needs
scripts or styles of its own, the user is told which host the page will ask for them.
"""

from __future__ import annotations

import os
import re
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import folium
import jinja2
from branca.element import Element, Figure

from fibercov import texts, writing
from fibercov.errors import ArgumentError, FileError
from fibercov.offline.leaflet import leaflet_script, leaflet_style
from fibercov.offline.packing import unpacking_script
from fibercov.offline.page import host, json_text, policy, script_text
from fibercov.statuses import ON_BLACK, STATUS_COLOURS, class_colours

_HERE = Path(__file__).parent
_SCRIPTS = (
    "data.js", "words.js", "canvas.js", "context.js", "names.js", "areas.js", "cards.js", "builds.js", "panel.js",
    "search.js", "state.js", "view.js", "page.js",
)  # fmt: skip
_STYLES = ("page.css", "dock.css", "print.css")
_BACKGROUNDS = (folium.TileLayer, folium.WmsTileLayer)
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


class CoverageMap(folium.Map):
    """A `folium.Map` with the share, its areas, the network and the premises on it.

    Made by `map_coverage`. Add layers of your own as to any folium map; layers with a name get a row
    in the legend. If a layer's script fails, the page names it, and the rest of the map works.
    """

    _template = jinja2.Template(
        "{% macro html(this, kwargs) %}"
        '<div class="folium-map" id="{{ this.get_name() }}"></div>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        'var {{ this.get_name() }} = fibercov.createMap("{{ this.get_name() }}");'
        "{% for layer in this.objects_to_stay_in_front %}"
        '{{ this.get_name() }}.on("overlayadd", () => {{ layer.get_name() }}.bringToFront());'
        "{% endfor %}"
        "{% endmacro %}"
    )

    def __init__(
        self,
        content: dict[str, Any],
        *,
        title: str | None,
        language: str,
        tiles: folium.map.Layer | None = None,
    ) -> None:
        super().__init__(tiles=None)
        self.title = title or texts.say("title", language)
        self._id = "fibercov"  # not random, so that the same call writes the same page
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []
        _Page(content, title=title, language=language).add_child(self, name="map")
        if tiles is not None:
            tiles._id = "background"  # noqa: SLF001 - as above
            tiles.add_to(self)

    def render(self, **kwargs: Any) -> str:
        """Render the map into its page; return an empty text, as folium does."""
        if not isinstance(self.get_root(), _Page):
            raise ArgumentError(
                None,
                "A coverage map is a page of its own.",
                "To have it in another figure, put an iframe there with what its `_repr_html_()` "
                "gives, or link to the file that `save` writes.",
            )
        super().render(**kwargs)  # type: ignore[no-untyped-call]  # folium has no types
        return ""

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - branca's signature
        """Write the page to a file, by name or open for bytes; a failure leaves the old file.

        The file begins with a byte order mark, which browsers trust more than a server's header.
        """
        content = self.get_root().render(**kwargs).encode("utf-8-sig", "replace")
        if not isinstance(outfile, (str, os.PathLike)):
            outfile.write(content)
            if close_file:
                outfile.close()
            return
        try:
            with writing.replacing(Path(outfile)) as new:
                new.write_bytes(content)
        except OSError as error:
            reason = error.strerror or error
            seen = repr(str(outfile))
            raise FileError("outfile", f": cannot write {seen}: {reason}.", seen=seen) from error


class _Page(Figure):
    """The page around a map: its words, its data, and the only scripts that may run."""

    def __init__(self, content: dict[str, Any], *, title: str | None, language: str) -> None:
        super().__init__(height="640px")
        self.title, self.language, self.content = title, language, content

    def render(self, **kwargs: Any) -> str:
        """Render the page as one text, the same each time."""
        parts = (self.header, self.html, self.script)
        before = [part._children.copy() for part in parts]  # noqa: SLF001 - branca has no other way
        try:
            return self._render(**kwargs)
        finally:  # layers add themselves to the parts at each rendering
            for part, children in zip(parts, before, strict=True):
                part._children = children  # noqa: SLF001 - as above

    def _render(self, **kwargs: Any) -> str:
        """Render the page with all that was added to it."""
        for child in self._children.values():
            child.render(**kwargs)
        names, own_scripts = map(list, zip(*self._scripts(**kwargs), strict=True))
        own_scripts.append(f"fibercov.start({json_text(self._layers())}, {json_text(names)});")
        head, hosts = _linked(self.header)
        body = self.html.render(**kwargs)
        scripts = [leaflet_script(pins=self._has_more()), unpacking_script(), *map(_text, _SCRIPTS)]
        allowed = [*scripts, *own_scripts, *_SCRIPT.findall(head + body)]
        words = {code: texts.page_words(self.content["counts"], code) for code in texts.LANGUAGES}
        data = {
            "title": self.title or None,
            "language": self.language,
            "languages": {
                each.code: {
                    "name": each.name,
                    "locale": each.locale,
                    "decimal": each.decimal,
                    "words": words[each.code],
                }
                for each in texts.LANGUAGES.values()
            },
            **self.content,
        }
        pages = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        return pages.from_string(_text("page.html")).render(
            title=self.title,
            language=self.language,
            words=words[self.language],
            languages={each.code: each.name for each in texts.LANGUAGES.values()},
            said=self.content["steps"][self.content["now"]],
            target_percent=self.content["target_percent"],
            target=self.content["classes"][self.language].get("target"),
            areas=self.content["areas"],
            builds=self.content["builds"],
            policy=policy(allowed, hosts, tiles=self._tiles(), own=self._has_more()),
            styles=[
                leaflet_style(),
                _palette(self.content),
                *map(_text, _STYLES),
            ],
            scripts=scripts,
            own_scripts=own_scripts,
            head=head,
            body=body,
            data=json_text(data),
        )

    def _added(self) -> list[Any]:
        """List what the caller added to the map or the page."""
        page, *beside = self._children.values()
        return [*page._children.values(), *beside]  # noqa: SLF001 - folium has no other way

    def _scripts(self, **kwargs: Any) -> list[tuple[str, str]]:
        """Collect the scripts of the map and of added layers, by name, so that none stops another.

        Consecutive scripts of one layer are joined: a page with ten thousand scripts is slow.
        """
        whole = [*self._children.values(), *self._added()]
        names = {child.get_name(): _name(child) for child in whole}
        name, parts = "script", list[tuple[str, list[str]]]()
        for key, element in self.script._children.items():  # noqa: SLF001 - branca has no other way
            name = names.get(key, name)  # a layer's content follows it
            if not parts or parts[-1][0] != name:
                parts.append((name, []))
            parts[-1][1].append(str(element.render(**kwargs)))
        return [
            (name, script_text("\n".join([*part, f"fibercov.ran.add({number});"])))
            for number, (name, part) in enumerate(parts)
        ]

    def _layers(self) -> list[dict[str, Any]]:
        """List the layers with a row in the legend: their names, and their names in the script."""
        return [
            {
                "id": child.get_name(),
                "name": _name(child),
                "background": isinstance(child, _BACKGROUNDS),
            }
            for child in self._added()
            if isinstance(child, folium.map.Layer) and child.control
            if isinstance(child, _BACKGROUNDS) or _name(child) == child.layer_name
        ]

    def _tiles(self) -> list[str]:
        """List the addresses of background maps."""
        return [
            str(getattr(child, "tiles", None) or getattr(child, "url", ""))
            for child in self._added()
            if isinstance(child, _BACKGROUNDS)
        ]

    def _has_more(self) -> bool:
        """Tell whether anything but background maps was added."""
        return any(not isinstance(child, _BACKGROUNDS) for child in self._added())


def _name(child: Any) -> str:
    """Return a layer's own name, or its kind where folium has made up a name with a number."""
    name, number = str(getattr(child, "layer_name", "")), child.get_name().rpartition("_")[2]
    return name if name and not name.endswith(number) else type(child).__name__


def _linked(header: Element) -> tuple[str, list[str]]:
    """Render what layers link to in the head; return its markup and the hosts to be asked."""
    links = [child for name, child in header._children.items() if name != "meta_http"]  # noqa: SLF001 - branca has no other way
    parts, origins = [], []
    for element in links:
        url = str(getattr(element, "url", ""))
        parts.append(str(element.render()))
        if url and not url.startswith("data:"):
            origins.append(host(url))
    hosts = sorted({*origins} - {"'self'"})
    if hosts:
        warnings.warn(
            "The layers that were added need scripts or styles of their own: the page "
            f"will ask {', '.join(hosts)} for them, and do without those layers if there is no network.",
            stacklevel=2,
        )
    return "\n".join(parts), sorted({*origins})


def _palette(content: dict[str, Any]) -> str:
    """Write the colours of statuses and classes as custom properties, on white and on black."""
    breaks = [Fraction(*pair) for pair in content["breaks"]]
    target = content["target"] and Fraction(*content["target"])

    def root(statuses: dict[str, str], *, on_black: bool) -> str:
        classes = class_colours(breaks, target, on_black=on_black)
        named = {**statuses, "plan": statuses["planned"], "fiber": classes[-1]}
        named |= {f"c{number}": colour for number, colour in enumerate(classes, start=1)}
        return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in named.items())} }}"

    dark = "@media (forced-colors: active) and (prefers-color-scheme: dark)"
    return f"{root(STATUS_COLOURS, on_black=False)}\n{dark} {{ {root(ON_BLACK, on_black=True)} }}"


def _text(name: str) -> str:
    """Read a file of the page's own."""
    return (_HERE / name).read_text("utf-8")
