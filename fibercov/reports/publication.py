"""The files of a publication: maps, tables and what an officer signs, all made of rounded figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from fibercov import texts
from fibercov.geo.crs import WGS84
from fibercov.maps import map_coverage
from fibercov.measure.publishable import Publication
from fibercov.measure.target import held_against
from fibercov.reach import Reach, reach_columns
from fibercov.reports.exports import in_fields_words, write_csv, write_layer, written_on

MAP, README = "coverage.html", "README.txt"
_ANY_MAP = re.compile(r"coverage(-[a-z0-9]+(-[a-z0-9]+)*)?\.html")
_TABLES = tuple(
    f"{name}.{kind}" for name in ("areas", "squares") for kind in ("csv", "gpkg", "geojson")
)
_COLUMNS = (
    "set", "level", "name", "code", "as_of", "with_plan", "unit", "total", "reached", "share", "share_low",
    "share_high", "shortfall", "verdict", "shown",
)  # fmt: skip


def is_public(name: str) -> bool:
    """Tell whether a publication may have a file of this name."""
    return name in {*_TABLES, README} or _ANY_MAP.fullmatch(name) is not None


def files_of(publication: Publication) -> list[str]:
    """List the files of a publication."""
    drawn = publication.areas.geometry.notna().any()
    tables = [
        name
        for name in _TABLES
        if (publication.squares is not None if "squares" in name else drawn or name == "areas.csv")
    ]
    return [*_maps(publication), *tables, README]


def write_files(
    folder: Path,
    publication: Publication,
    *,
    context: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None,
    outline: gpd.GeoDataFrame | None,
    report_url: str | None,
    target: Fraction,
    title: str | None,
    language: str,
    licence: str,
) -> None:
    """Write the files of a publication to a folder."""
    for name, (unit, reach) in _maps(publication).items():
        page = map_coverage(
            publication.of(unit).at(reach),
            context=context,
            outline=outline,
            report_url=report_url,
            target=target,
            title=title,
            language=language,
        )
        with (folder / name).open("wb") as file:
            page.save(file)
    with written_on(publication.measurements[-1].as_of):
        for name, table in (("areas", publication.areas), ("squares", publication.squares)):
            if table is None:
                continue
            told = _told(table, publication, target, language, licence)
            write_csv(pd.DataFrame(told.drop(columns="geometry")), folder / f"{name}.csv", language)
            drawn = told[told.geometry.notna()]
            if len(drawn):
                write_layer(drawn, folder, name)
                drawn.to_crs(WGS84).to_file(folder / f"{name}.geojson", driver="GeoJSON")
    text = officers_text(publication, language, licence)
    (folder / README).write_text(text + "\n", encoding="utf-8")


def officers_text(publication: Publication, language: str, licence: str = "") -> str:
    """Write what was done to protect people, for the officer who signs the publication."""
    units = list(dict.fromkeys(each.unit for each in publication.measurements))
    named = texts.say("and", language).join(texts.nouns(unit, language) for unit in units)
    said = [
        texts.say("publish_officer", language, units=named),
        *(
            []
            if publication.premises is None
            else [texts.say("publish_premises", language, units=named)]
        ),
        texts.say("publish_rest", language),
    ]
    if licence:
        said.append(texts.say("publish_licence", language, licence=licence))
    return "\n\n".join(said)


def _maps(publication: Publication) -> dict[str, tuple[str, Reach]]:
    """Name a map for each unit and definition, if there is anything to draw; the first is plainly the map."""
    whole = publication.squares is None and publication.premises is None
    if whole and publication.areas.geometry.isna().all():
        return {}
    found: dict[str, tuple[str, Reach]] = {}
    for each in publication.measurements:
        of = each.unit, each.reach
        if of not in found.values():
            words = f"{each.unit} {each.reach.name or f'{each.reach.metres:g} m'}"
            slug = "-".join(re.findall("[a-z0-9]+", words.casefold()))
            name = f"coverage-{slug}.html" if found else MAP
            found[name if name not in found else f"coverage-{slug}-{len(found)}.html"] = of
    return found


def _told(
    table: gpd.GeoDataFrame, publication: Publication, target: Fraction, language: str, licence: str
) -> gpd.GeoDataFrame:
    """Add to each row its verdict, its definition, the method and the licence."""
    some = table["total"].where(table["total"] > 0)
    told = held_against(table, target).assign(
        share_low=(table["reached_low"] / some).astype("Float64"),
        share_high=(table["reached_high"] / some).astype("Float64"),
    )
    kept = [column for column in _COLUMNS if column in told.columns]
    definitions = pd.DataFrame([reach_columns(each.reach) for each in publication.measurements])
    defined = definitions.iloc[told["measurement"]].reset_index(drop=True)
    method = texts.say("publish_method", language)
    whole = pd.concat([told[kept].reset_index(drop=True), defined], axis=1).assign(
        method=method,
        licence=licence or None,
        as_of=told["as_of"].astype("string").reset_index(drop=True),
    )
    made = gpd.GeoDataFrame(whole, geometry=np.asarray(table.geometry), crs=table.crs)
    found = in_fields_words(made)
    assert isinstance(found, gpd.GeoDataFrame)  # noqa: S101 - as it was
    return found
