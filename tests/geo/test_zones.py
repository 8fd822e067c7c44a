"""Premises, network and areas that do not lie where they should, and the CRS that they seem to be in."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, E0, N0, cable, frame, points
from rich.console import Console
from running import command as run

import fibercov as fc
from fibercov.cli import tables
from fibercov.measure.problems import MISPLACED

NETWORK = cable((0, 0), (1000, 0))


def as_if(data: gpd.GeoDataFrame, crs: int, declared: int) -> gpd.GeoDataFrame:
    """The data in one CRS, and said to be in another."""
    return data.to_crs(crs).set_crs(declared, allow_override=True)


def swapped(data: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The data with latitude for x and longitude for y."""
    degrees = data.to_crs(4326)
    turned = shapely.transform(degrees.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return gpd.GeoDataFrame(geometry=turned, crs=4326)


def street(count: int, at: float = 0, step: float = 10) -> gpd.GeoDataFrame:
    """So many premises along the cable's line, the first `at` metres east of where it begins."""
    return points(*((at + step * k, 10) for k in range(count)))


def misplaced(table: pd.DataFrame) -> dict[str, tuple[int, str]]:
    """How many are misplaced, by problem, and the CRS that they seem to be in."""
    rows = table[(table["rows"] > 0) & table["problem"].isin(MISPLACED)].set_index("problem")
    return {str(key): (int(rows["rows"][key]), str(rows["crs"][key])) for key in rows.index}


def checked(*data: gpd.GeoDataFrame, **areas: gpd.GeoDataFrame) -> dict[str, tuple[int, str]]:
    coverage = fc.measure_coverage(*data, reach=50)
    return misplaced(fc.check_data(coverage, network=data[1], **areas))


# A zone next door ------------------------------------------------------------------------------


@pytest.mark.parametrize(("crs", "declared"), [(3011, 3014), (3008, 3009), (3021, 3022)])
def test_premises_declared_in_a_neighbouring_zone_are_an_error_that_names_their_own(
    demo: fc.Demo, crs: int, declared: int
) -> None:
    placed = int(demo.premises.geometry.notna().sum())
    with pytest.raises(fc.CRSError) as error:
        fc.measure_coverage(as_if(demo.premises, crs, declared), demo.network, reach=50)
    assert str(error.value).startswith(
        f"`network` must be within 5 km of at least {-(-placed // 100)} of the {placed:,} premises "
        "with a position, not of 0 (the nearest is "
    )
    assert str(error.value).endswith(
        f"The premises would fit in EPSG:{crs}, in place of EPSG:{declared}: "
        f"read_premises(..., crs='EPSG:{crs}', override_crs=True). If both are right, leave out "
        "the premises far from the network with `where`, or measure them together with others "
        "that are near."
    )


@pytest.mark.parametrize(
    ("place", "crs", "declared"),
    [
        ((-77.0, 40.0), 2272, 2271),  # Pennsylvania South in US feet, taken for North
        ((13.0, 55.7), 3006, 25832),  # Lund
        ((-147.7, 64.8), 32606, 32605),  # Fairbanks; EPSG:32600 is no single zone
    ],
)
def test_zones_are_tried_in_other_countries_too(
    place: tuple[float, float], crs: int, declared: int
) -> None:
    here = gpd.GeoDataFrame(geometry=[shapely.Point(place)], crs=4326)
    with pytest.raises(
        fc.CRSError, match=rf"premises would fit in EPSG:{crs}, in .* EPSG:{declared}"
    ):
        fc.measure_coverage(as_if(here, crs, declared), here, reach=50)


def test_a_network_in_a_wrong_zone_is_named_and_where_either_may_be_wrong_both_are() -> None:
    wrong = as_if(NETWORK, 3012, 3013)
    with pytest.raises(fc.CRSError, match=r"\. The network would fit in EPSG:3012, in place of EPSG:3013: "
                       r"read_network\(\.\.\., crs='EPSG:3012', override_crs=True\)\. If"):  # fmt: skip
        fc.measure_coverage(street(100), wrong, reach=50)
    with pytest.raises(fc.CRSError, match=r"The premises would fit in EPSG:3013, .*\)\. Or the network would "
                       "fit in EPSG:3012, in place"):  # fmt: skip
        fc.measure_coverage(street(100).to_crs(3012), wrong, reach=50)


def test_where_no_zone_fits_the_message_asks() -> None:
    with pytest.raises(fc.CRSError, match=r"1 of the 100 premises .*, not of 0 \(the nearest is 6\.0 km away\)\. Is "
                       r"the CRS of one of them wrong\? Set another when reading: read_premises\(\.\.\., crs=CRS, override_crs=True\), or read_network\(\.\.\., crs=CRS, override_crs=True\)\. If"):  # fmt: skip
        fc.measure_coverage(street(100, at=7_000), NETWORK, reach=50)


def test_one_in_a_hundred_near_the_network_is_enough() -> None:
    far = street(99, at=30_000, step=100)
    near = pd.concat([street(1), far], ignore_index=True)
    assert fc.measure_coverage(near, NETWORK, reach=50).share == 1 / 100
    more = pd.concat([near, street(1, at=29_000)], ignore_index=True)  # 1 of 101 is less than 1 %
    with pytest.raises(
        fc.CRSError, match="at least 2 of the 101 premises with a position, not of 1. Is"
    ):
        fc.measure_coverage(more, NETWORK, reach=50)


def test_few_premises_may_be_far_from_the_network_unless_another_crs_brings_them_to_it() -> None:
    house = street(1, at=26_000)
    assert fc.measure_coverage(house, NETWORK, reach=50).premises["drop_m"][0] == pytest.approx(
        np.hypot(25_000, 10)
    )
    assert checked(house, NETWORK) == {"far_group": (1, "")}
    with pytest.raises(
        fc.CRSError, match=r"within 20 km of at least 1 of the 3 .* fit in EPSG:3012"
    ):
        fc.measure_coverage(as_if(street(3), 3012, 3008), NETWORK, reach=50)
    with pytest.raises(
        fc.CRSError, match=r"1 of the 1 premises .* \(the nearest is more than 100 km away\)"
    ):
        fc.measure_coverage(street(1, at=102_000), NETWORK, reach=50)


def test_a_plan_may_be_far_from_most_premises_but_not_from_all() -> None:
    town = street(100)
    plan = cable((-4_900, 0), (-5_000, 0))  # within 5 km of the first ten
    measured = fc.measure_coverage(town, NETWORK, planned=plan, reach=50)
    assert measured.counts["passed"] == len(town)
    near = cable((0, 500), (90, 500))
    with pytest.raises(fc.CRSError, match=r"^`planned` must be within 5 km of at least 1 of the 100 premises .* The "
                       r"planned network would fit in EPSG:3012, .* read_network\(.* If both are right, the plan "
                       "reaches nobody: leave it out."):  # fmt: skip
        fc.measure_coverage(town, NETWORK, planned=as_if(near, 3012, 3008), reach=50)


def test_drops_to_connected_premises_are_never_too_long() -> None:
    apart = street(200, at=0, step=500).assign(connected=[True] + [False] * 199)
    coverage = fc.measure_coverage(apart, reach=fc.PTS_2015)
    assert coverage.premises["drop_m"].max() == 99_500
    assert misplaced(fc.check_data(coverage)) == {}


# A part, or a whole county -----------------------------------------------------------------------


def test_half_of_the_premises_in_another_zone_are_a_group_that_is_told(demo: fc.Demo) -> None:
    right = demo.premises[demo.premises.geometry.notna()].to_crs(3008)
    half = np.arange(len(right)) < len(right) // 2
    other = right.to_crs(3012).geometry.to_numpy()
    mixed = right.set_geometry(
        gpd.GeoSeries(np.where(half, other, right.geometry), right.index, 3008)
    )
    assert checked(mixed, demo.network, areas=demo.areas) == {
        "far_group": (int(half.sum()), "EPSG:3012"),
        "far_from_areas": (int(half.sum()), "EPSG:3012"),
    }


def test_a_group_has_none_within_10_km_nearer_in_and_is_1_percent_at_least() -> None:
    def rows(*far: gpd.GeoDataFrame) -> dict[str, tuple[int, str]]:
        return checked(pd.concat([street(101), *far], ignore_index=True), NETWORK)

    assert rows(street(2, at=11_100)) == {"far_group": (2, "")}
    assert rows(street(2, at=10_900)) == {}
    assert rows(street(2, at=11_100), street(2, at=6_000)) == {}
    assert rows(street(1, at=11_100)) == {}  # alone, which is another problem
    thousand = street(1_000, step=1)
    assert checked(pd.concat([thousand, street(9, at=50_000)]), NETWORK) == {}
    assert checked(pd.concat([thousand, street(11, at=50_000)]), NETWORK) == {"far_group": (11, "")}


def test_a_rural_county_where_most_are_far_from_fiber_is_no_mistake() -> None:
    county = pd.concat([street(10), street(400, at=0, step=100)], ignore_index=True)
    areas = frame([shapely.box(-100, -100, 20_000, 100), shapely.box(20_000, -100, 40_000, 100)],
                  name=["a", "b"])  # fmt: skip
    assert checked(county, NETWORK, areas=areas) == {}
    assert checked(county.to_crs(3012), NETWORK.to_crs(4326)) == {}


@pytest.fixture(scope="module")
def county() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Sixty villages over 150 km, every other of which has fiber, and the areas that they are in."""
    rng = np.random.default_rng(13)
    villages = np.add(rng.uniform([-75_000, -100_000], [75_000, 100_000], (60, 2)), (E0, N0))
    homes = np.repeat(villages, 20, axis=0) + rng.normal(0, 300, (1200, 2))
    ends = np.add(villages[::2, None], [(-300, 0), (300, 0)])
    premises = gpd.GeoDataFrame(geometry=shapely.points(homes), crs=CRS)
    network = gpd.GeoDataFrame(geometry=shapely.linestrings(ends), crs=CRS)
    box = shapely.box(-76_500, -101_500, 76_500, 101_500)
    return premises, network, frame([box], name=["County"])


def test_a_county_that_overlaps_itself_in_a_wrong_zone_is_told_with_the_right_one(
    county: tuple[gpd.GeoDataFrame, ...],
) -> None:
    premises, network, areas = county
    assert checked(premises, network, areas=areas) == {}
    wrong = as_if(premises, 3012, 3008)
    for found, key, rows in (
        (checked(wrong, network), "premises_crs", 1200),
        (checked(wrong.sample(frac=1, random_state=1), network), "premises_crs", 1200),
        (checked(wrong, network, areas=areas), "premises_crs", 1200),
        (checked(premises, as_if(network, 3012, 3008), areas=areas), "network_crs", 30),
        (checked(premises, network, areas=as_if(areas, 3012, 3008)), "areas_crs", 1),
    ):
        assert {k: of for k, of in found.items() if k.endswith("_crs")} == {
            key: (rows, "EPSG:3012")
        }


def test_areas_in_a_wrong_zone_are_an_error_that_names_their_own(demo: fc.Demo) -> None:
    coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    with pytest.raises(fc.GeometryError, match=r"`by`: none of the 2,041 premises .* The areas would fit in "
                       r"EPSG:3008, in place of EPSG:3012: read_areas\(\.\.\., crs='EPSG:3008', override_crs=True\)\. "
                       "If both are right, the areas are of another place."):  # fmt: skip
        fc.summarize(coverage, by=as_if(demo.areas, 3008, 3012))


def test_premises_outside_the_areas_but_near_them_are_no_group() -> None:
    along = street(400, step=100)
    areas = frame([shapely.box(-100, -100, 25_000, 100)], name=["a"])
    assert checked(along, cable((0, 0), (40_000, 0)), areas=areas) == {}
    two = pd.concat([street(100), street(100, at=50_000)], ignore_index=True)
    assert checked(two, cable((0, 0), (60_000, 0)), areas=areas) == {"far_from_areas": (100, "")}


# Latitude and longitude --------------------------------------------------------------------------


def test_swapped_latitude_and_longitude_are_named() -> None:
    said = r"more than 100 km away\)\. The {} would fit swapped \(y, x\): were latitude and longitude given in"
    with pytest.raises(fc.CRSError, match=said.format("premises")):
        fc.measure_coverage(swapped(street(100)), NETWORK, reach=50)
    with pytest.raises(fc.CRSError, match=said.format("network")):
        fc.measure_coverage(street(100), swapped(NETWORK), reach=50)
    lit = swapped(street(2)).assign(connected=True)
    alone = fc.measure_coverage(lit, reach=fc.PTS_2015)
    areas = frame([shapely.box(-100, -100, 100, 100)], name=["a"])
    with pytest.raises(
        fc.GeometryError, match=r"The premises would fit swapped \(y, x\): were latitude"
    ):
        fc.summarize(alone, by=areas)


def test_swapped_latitude_and_longitude_of_a_nation_are_named_where_it_is_too_wide() -> None:
    sweden = gpd.GeoDataFrame(geometry=gpd.points_from_xy([13, 24], [55.5, 67.5]), crs=4326)
    with pytest.raises(fc.CRSError, match=r"too wide for one CRS .*\)\. Swapped \(y, x\) they would fit: were "
                       r"latitude and longitude given in the wrong order\? If not, measure them in parts"):  # fmt: skip
        fc.measure_coverage(swapped(sweden), NETWORK, reach=50)


# The command line --------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files in EPSG:3006, and the same in EPSG:3012 that say EPSG:3008."""
    box = frame([shapely.box(-50, -50, 1000, 50)], name=["Byn"])
    for name, data in (("homes", street(10)), ("fiber", NETWORK), ("areas", box)):
        data.to_file(tmp_path / f"{name}.gpkg")
        as_if(data, 3012, 3008).to_file(tmp_path / f"{name}-3008.gpkg")
    street(1, at=200_000).to_file(tmp_path / "away.gpkg")
    return tmp_path


@pytest.mark.parametrize(
    ("homes", "fiber", "areas", "message"),
    [
        ("homes-3008", "fiber", "areas",
         ("`network` must be within 20 km .* The premises would fit in EPSG:3012, in place of EPSG:3008: --crs "
         "EPSG:3012 --override-crs. If both are right, leave out the premises far from the network with `--where`")),
        ("homes", "fiber-3008", "areas", "network would fit .* EPSG:3008: --network-crs EPSG:3012 --override-crs. If"),
        ("homes", "fiber", "areas-3008", "`--areas`: none of the 10 .* EPSG:3008: --areas-crs EPSG:3012 --override-crs. If"),
        ("homes", "away", "areas", "wrong. Set another when reading: --crs CRS --override-crs, or --network-crs CRS --override-crs. If"),
    ],
)  # fmt: skip
def test_a_wrong_zone_is_one_line_that_says_what_to_type(
    files: Path, homes: str, fiber: str, areas: str, message: str
) -> None:
    command = ("measure", f"{homes}.gpkg", f"{fiber}.gpkg", "--reach", 50)
    done = run(*command, "--areas", f"{areas}.gpkg", "--area-name", "name", cwd=files)
    assert done.returncode == 1
    assert re.search(message, done.stderr.splitlines()[-1])


def test_the_crs_of_each_file_can_be_said_to_be_wrong(files: Path) -> None:
    done = run(
        "measure", "homes-3008.gpkg", "fiber-3008.gpkg", "--planned", "fiber-3008.gpkg", "--areas",
        "areas.gpkg", "--area-name", "name", "--crs", "EPSG:3012", "--network-crs", "EPSG:3012",
        "--override-crs", "--reach", 50, cwd=files,
    )  # fmt: skip
    assert "100.0 % of 10 premises" in done.stdout, done.stderr
    inputs = json.loads((files / "fibercov-results" / "summary.json").read_text("utf-8"))["inputs"]
    assert [inputs[role].get("crs_overridden") for role in ("premises", "network", "planned", "areas")] == [
        "EPSG:3008", "EPSG:3008", "EPSG:3008", None
    ]  # fmt: skip


def test_what_is_misplaced_comes_first(files: Path) -> None:
    pd.concat([street(10), street(20, at=12_000)]).to_file(files / "two.gpkg")
    done = run("measure", "two.gpkg", "fiber.gpkg", "--reach", 50, cwd=files)
    said = " ".join(done.stdout.split())
    assert said.startswith("About the data ")
    assert said.count("About the data ") == 1
    group = said.index("premises in a group more than 10 km from the network")
    assert group < said.index("33.3 % of 30 premises")
    summary = json.loads((files / "fibercov-results" / "summary.json").read_text("utf-8"))
    assert [row["problem"] for row in summary["problems"]] == ["far_group"]


@pytest.mark.parametrize(("language", "fits"), [("en", "would fit"), ("sv", "skulle stämma med")])
def test_what_seems_to_be_in_another_crs_is_told_with_what_to_type(
    language: str, fits: str
) -> None:
    options = {"premises_crs": "--crs", "network_crs": "--network-crs", "areas_crs": "--areas-crs"}
    rows = [(key, 1, 1, 0.0, "EPSG:3012") for key in (*options, "far_group")]
    rows.append(("premises_crs", 1, 1, 0.0, "(y, x)"))
    columns = ["problem", "rows", "total", "points", "crs"]
    said = io.StringIO()
    table = tables.problems(pd.DataFrame(rows, columns=columns), "households", language)
    Console(width=200, file=said).print(table)
    for option in options.values():
        assert f"({fits}: {option} EPSG:3012 --override-crs)" in said.getvalue()
    assert f"({fits}: EPSG:3012)" in said.getvalue()
    assert f"({fits}: (y, x))" in said.getvalue()


# Real data ---------------------------------------------------------------------------------------


def test_maine_far_from_its_fiber_is_no_mistake(shared: Path) -> None:
    """Roads of two counties as premises: 59 % are more than 5 km from a cable, some 35 km."""
    roads = gpd.read_file(shared / "roads" / "maine_lincoln_waldo.gpkg")
    premises = roads.set_geometry(roads.representative_point())
    network = gpd.read_file(shared / "westbrook" / "fiber.gpkg", layer="cables")
    assert checked(premises, network) == {}
    assert checked(gpd.read_file(shared / "westbrook" / "addresses.gpkg"), network) == {}


def test_dalarna_with_fiber_in_two_municipalities_is_no_mistake(shared: Path) -> None:
    """69 % of the stops are more than 5 km from it; 68 of long lines are in other counties."""
    stops = gpd.read_file(shared / "sweden" / "dalarna_stops.gpkg")
    network = stops[stops["kommunkod"].isin(["2080", "2081"])]
    assert checked(stops, network) == {"far_group": (68, "")}
    wrong = checked(as_if(stops, 3008, 3009), network)
    assert wrong["premises_crs"] == (5201, "EPSG:3008")
