"""The synthetic municipality: what every example, test and map may rely on."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fibercov.demo import Demo, load_demo
from fibercov.demo.municipality import make_municipality
from fibercov.errors import ArgumentError

YEARS = (2016, 2017, 2018, 2019, 2020, 2021, 2022)


@pytest.fixture(scope="module")
def demos() -> dict[int, Demo]:
    """Make the snapshot of 1 October of every year; no test changes them."""
    return {year: load_demo(as_of=date(year, 10, 1)) for year in YEARS}


@pytest.fixture(scope="module")
def demo(demos: dict[int, Demo]) -> Demo:
    return demos[2020]


def within_reach(demo: Demo, cables: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Tell by plain shapely, one distance to all cables at once, who is within 50 m."""
    network = shapely.MultiLineString(list(cables.geometry))
    shapely.prepare(network)
    points = demo.premises.geometry.to_numpy()
    near = shapely.dwithin(network, points, 50.0)  # False for those without a position
    return pd.Series(near, index=demo.premises.index, dtype=bool)


def share(demo: Demo, within: pd.Series[bool]) -> float:
    households = demo.premises["households"]
    return float(households[within].sum() / households.sum())


def frames(demo: Demo) -> list[gpd.GeoDataFrame]:
    return [
        demo.premises, demo.network, demo.planned, demo.areas,
        demo.roads, demo.water, demo.places,
    ]  # fmt: skip


def fingerprint(frames: dict[str, gpd.GeoDataFrame]) -> str:
    """Hash columns (named after a frame) and its geometry, to 0.1 m: the precision of the demo."""
    made = hashlib.sha256()
    for columns, frame in frames.items():
        for name in columns.split():
            made.update("\n".join(frame[name].astype(str)).encode())
        shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy.round(1))
        made.update("\n".join(map(str, shapely.to_wkb(shapes, hex=True))).encode())
    return made.hexdigest()[:16]


def test_the_default_date_is_the_day_of_the_target() -> None:
    assert load_demo().as_of == date(2020, 10, 1)


def test_two_calls_give_equal_frames_to_the_last_byte_of_geometry(demo: Demo) -> None:
    make_municipality.cache_clear()  # so that it is made again
    for one, other in zip(frames(demo), frames(load_demo()), strict=True):
        pd.testing.assert_frame_equal(
            pd.DataFrame(one.drop(columns="geometry")), pd.DataFrame(other.drop(columns="geometry"))
        )
        assert one.geometry.to_wkb().tolist() == other.geometry.to_wkb().tolist()


def test_a_changed_frame_does_not_reach_the_next_call(demo: Demo) -> None:
    for frame in frames(load_demo()):
        frame.iloc[:, 0] = "changed"
        frame["geometry"] = None
    for again, untouched in zip(frames(load_demo()), frames(demo), strict=True):
        assert again.equals(untouched)


def test_the_repr_is_one_line_that_says_it_is_synthetic(demo: Demo) -> None:
    text = repr(demo)
    assert text.startswith("Fiberdalen (synthetic), 2020-10-01: 2,0")
    assert "households" in text
    assert "\n" not in text


@pytest.mark.parametrize("year", YEARS)
def test_the_frames_have_the_promised_columns_index_and_crs(
    demos: dict[int, Demo], year: int
) -> None:
    demo = demos[year]
    columns = [list(frame.columns) for frame in frames(demo)]
    assert columns == [
        [
            "id",
            "address",
            "kind",
            "households",
            "inhabitants",
            "workplaces",
            "connected",
            "geometry",
        ],
        ["kind", "built", "geometry"],
        ["kind", "stage", "geometry"],
        ["name", "code", "geometry"],
        ["kind", "name", "geometry"],
        ["kind", "name", "geometry"],
        ["kind", "name", "geometry"],
    ]
    for frame in frames(demo):
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs == "EPSG:3006"
        assert frame.index.equals(pd.RangeIndex(len(frame)))


@pytest.mark.parametrize("year", YEARS)
def test_the_columns_have_the_promised_types(demos: dict[int, Demo], year: int) -> None:
    demo = demos[year]
    for count in ("households", "inhabitants", "workplaces"):
        assert demo.premises[count].dtype == np.int64
    assert demo.premises["connected"].dtype == np.bool_
    assert demo.network["built"].dtype == np.int64
    assert demo.planned["stage"].dtype == np.int64
    for text in (demo.premises["id"], demo.premises["address"], demo.areas["code"]):
        assert text.map(type).eq(str).all()


def test_geometries_are_points_lines_and_polygons(demo: Demo) -> None:
    assert set(demo.premises.geom_type.dropna()) == {"Point"}
    assert set(demo.places.geom_type) == {"Point"}
    lines = (demo.network, demo.planned, demo.roads)
    assert {kind for frame in lines for kind in frame.geom_type} == {"LineString"}
    assert set(demo.areas.geom_type) | set(demo.water.geom_type) == {"Polygon"}
    for frame in frames(demo):
        assert frame.geometry.dropna().is_valid.all()
        assert not frame.geometry.dropna().is_empty.any()


def test_kinds_are_the_promised_ones_with_believable_households(demo: Demo) -> None:
    households = demo.premises.groupby("kind")["households"]
    assert households.min().to_dict() == {"farm": 1, "flats": 6, "house": 1}
    assert households.max().to_dict() == {"farm": 1, "flats": 30, "house": 2}
    assert set(demo.network["kind"]) == {"trunk", "access"}


def test_the_municipality_has_about_two_thousand_premises_and_3_500_households(demo: Demo) -> None:
    assert 1_900 <= len(demo.premises) <= 2_100
    assert 3_350 <= demo.premises["households"].sum() <= 3_650
    assert 10 <= len(demo.areas) <= 14


@pytest.mark.parametrize("year", YEARS)
def test_ids_and_addresses_are_unique(demos: dict[int, Demo], year: int) -> None:
    premises = demos[year].premises
    assert premises["id"].is_unique
    assert premises["id"].str.fullmatch(r"FD-\d{5}").all()
    assert premises["address"].is_unique
    assert premises["address"].str.fullmatch(r"[A-ZÅÄÖ][\w ]+ \d+").all()


def test_area_names_and_codes_are_unique_and_codes_keep_their_zero(demo: Demo) -> None:
    assert demo.areas["name"].is_unique
    assert demo.areas["code"].is_unique
    assert demo.areas["code"].str.fullmatch(r"0\d{3}").all()


def test_a_premises_stays_the_same_on_every_date(demos: dict[int, Demo]) -> None:
    for year in YEARS[1:]:
        before = demos[year - 1].premises.set_index("id").drop(columns="connected")
        after = demos[year].premises.set_index("id").drop(columns="connected")
        assert before.index.isin(after.index).all()
        kept = after.loc[before.index]
        assert kept.drop(columns="geometry").equals(before.drop(columns="geometry"))
        assert kept.geometry.to_wkb().equals(before.geometry.to_wkb())


def test_once_connected_is_always_connected(demos: dict[int, Demo]) -> None:
    for year in YEARS[1:]:
        before = demos[year - 1].premises.set_index("id")["connected"]
        after = demos[year].premises.set_index("id")["connected"]
        assert after[before[before].index].all()
        assert after.sum() > before.sum()


def test_about_sixty_homes_are_built_between_2017_and_2019(demos: dict[int, Demo]) -> None:
    counts = [len(demos[year].premises) for year in YEARS]
    assert counts == sorted(counts)
    assert 50 <= counts[3] - counts[0] <= 75
    assert counts[3] == counts[-1]


def test_the_same_eight_premises_are_unplaced_on_every_date(demos: dict[int, Demo]) -> None:
    unplaced = [
        set(demo.premises.loc[demo.premises.geometry.isna(), "id"]) for demo in demos.values()
    ]
    assert len(unplaced[0]) == 8
    assert all(ids == unplaced[0] for ids in unplaced)


@pytest.mark.parametrize("year", YEARS)
def test_only_premises_within_50_m_of_the_network_are_connected(
    demos: dict[int, Demo], year: int
) -> None:
    demo = demos[year]
    within = within_reach(demo, demo.network)
    assert within[demo.premises["connected"]].all()


def test_the_network_grows_and_the_plan_shrinks(demos: dict[int, Demo]) -> None:
    for year in YEARS[1:]:
        before, after = demos[year - 1], demos[year]
        assert len(after.network) > len(before.network)
        assert len(after.planned) < len(before.planned)
        lines = set(after.network.geometry.to_wkb())
        assert lines.issuperset(before.network.geometry.to_wkb())


@pytest.mark.parametrize("year", YEARS)
def test_a_cable_is_built_or_planned_by_its_year(demos: dict[int, Demo], year: int) -> None:
    demo = demos[year]
    assert demo.network["built"].max() == year
    assert (demo.planned["stage"] > year).all()


def test_the_last_stages_are_2021_and_2022_and_then_all_is_built(demos: dict[int, Demo]) -> None:
    assert set(demos[2020].planned["stage"]) == {2021, 2022}
    assert demos[2022].planned.empty
    later = load_demo(as_of=date(2031, 1, 1))
    assert len(later.network) == len(demos[2022].network)


@pytest.mark.parametrize(
    ("as_of", "year"),
    [(date(2019, 9, 30), 2018), (date(2019, 10, 1), 2019), (date(2019, 12, 31), 2019)],
)
def test_a_year_begins_on_1_october(demos: dict[int, Demo], as_of: date, year: int) -> None:
    demo = load_demo(as_of=as_of)
    assert demo.as_of == as_of
    assert demo.network.equals(demos[year].network)
    assert demo.premises.equals(demos[year].premises)


def test_areas_tile_the_municipality(demo: Demo) -> None:
    polygons = demo.areas.geometry.to_numpy()
    whole = shapely.union_all(polygons)
    assert isinstance(whole, shapely.Polygon)
    assert len(whole.interiors) == 0
    assert whole.area == pytest.approx(shapely.area(polygons).sum(), abs=0.01)
    one, other = np.triu_indices(len(polygons), k=1)
    overlaps = shapely.area(shapely.intersection(polygons[one], polygons[other]))
    assert overlaps.max() == 0


def test_neighboring_areas_share_their_border_vertices(demo: Demo) -> None:
    polygons = demo.areas.geometry.to_numpy()
    vertices = [{tuple(xy) for xy in shapely.get_coordinates(polygon)} for polygon in polygons]
    for k, polygon in enumerate(polygons):
        for other in np.flatnonzero(shapely.touches(polygons, polygon)):
            border = shapely.intersection(polygon.boundary, polygons[other].boundary)
            shared = {tuple(xy) for xy in shapely.get_coordinates(border)}
            assert shared <= vertices[k] & vertices[other]


def test_every_placed_premises_is_in_exactly_one_area(demo: Demo) -> None:
    points = demo.premises.geometry.dropna().to_numpy()
    inside = shapely.intersects(demo.areas.geometry.to_numpy()[:, None], points[None, :])
    assert (inside.sum(axis=0) == 1).all()


def test_homes_keep_clear_of_each_other(demo: Demo) -> None:
    points = demo.premises.geometry.dropna().to_numpy()
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=8.0)
    assert (one == other).all()


@pytest.mark.parametrize(
    ("year", "low", "high"),
    [
        (2016, 0.45, 0.50),
        (2017, 0.57, 0.62),
        (2018, 0.69, 0.74),
        (2019, 0.82, 0.86),
        (2020, 0.903, 0.920),
    ],
)
def test_the_share_within_50_m_passes_90_percent_in_2020(
    demos: dict[int, Demo], year: int, low: float, high: float
) -> None:
    demo = demos[year]
    homes_passed = within_reach(demo, demo.network) | demo.premises["connected"]
    assert low <= share(demo, homes_passed) <= high


def test_the_plan_brings_the_share_to_about_96_percent(demo: Demo) -> None:
    cables = pd.concat([demo.network, demo.planned])
    assert 0.95 <= share(demo, within_reach(demo, cables)) <= 0.97


def test_about_seven_households_in_ten_are_connected_in_2020(demo: Demo) -> None:
    assert 0.68 <= share(demo, demo.premises["connected"]) <= 0.75


def test_areas_differ_in_2020(demo: Demo) -> None:
    premises = demo.premises.assign(passed=within_reach(demo, demo.network))
    located = premises.dropna(subset=["geometry"]).sjoin(demo.areas, predicate="within")
    weighted = located.assign(passed=located["passed"] * located["households"])
    sums = weighted.groupby("name")[["passed", "households"]].sum()
    shares = sums["passed"] / sums["households"]
    assert len(shares) == len(demo.areas)
    assert (shares[["Centrum", "Solbacken", "Björkängen", "Söderstrand"]] >= 0.95).all()
    assert shares["Kvarnbo"] >= 0.85
    assert shares["Björkhult"] < 0.10
    assert (shares < 0.70).sum() == 3


@pytest.mark.parametrize(
    ("year", "made"),
    [
        (2016, "04c7f17003069e10"),
        (2019, "18a73abbed99a54c"),
        (2020, "21ddd872d746822e"),
        (2022, "4750d1ff522832ee"),
    ],
)
def test_what_the_figures_in_the_documentation_come_from_stays(
    demos: dict[int, Demo], year: int, made: str
) -> None:
    demo = demos[year]
    first = {
        "id address kind households connected": demo.premises,
        "kind built": demo.network,
        "kind stage": demo.planned,
        "name code": demo.areas,
    }
    assert fingerprint(first) == made


def test_households_have_about_2_1_inhabitants_and_more_in_houses_than_in_flats(demo: Demo) -> None:
    assert (demo.premises["inhabitants"] >= demo.premises["households"]).all()
    sums = demo.premises.groupby("kind")[["inhabitants", "households"]].sum()
    whole = sums.sum()
    assert 2.05 <= whole["inhabitants"] / whole["households"] <= 2.15
    sizes = sums["inhabitants"] / sums["households"]
    assert sizes["flats"] < 1.9 < sizes["farm"] < sizes["house"] < 2.5


def test_in_inhabitants_too_the_share_within_50_m_passes_90_percent_in_2020(
    demos: dict[int, Demo],
) -> None:
    for year, met in ((2019, False), (2020, True)):
        premises = demos[year].premises
        passed = within_reach(demos[year], demos[year].network) | premises["connected"]
        inhabitants = premises["inhabitants"]
        assert (inhabitants[passed].sum() / inhabitants.sum() >= 0.9) == met


def test_most_premises_have_no_workplace_and_about_half_of_all_are_in_the_center(
    demo: Demo,
) -> None:
    workplaces = demo.premises["workplaces"]
    assert workplaces.min() == 0
    assert 0.85 <= (workplaces == 0).mean() <= 0.92
    placed = demo.premises.dropna(subset=["geometry"]).sjoin(demo.areas, predicate="within")
    by_area = placed.groupby("name")["workplaces"].sum()
    assert 0.4 <= by_area["Centrum"] / by_area.sum() <= 0.6
    assert by_area.min() >= 1


@pytest.mark.parametrize("year", YEARS)
def test_roads_water_and_places_are_the_same_on_every_date(
    demos: dict[int, Demo], demo: Demo, year: int
) -> None:
    for one, other in zip(frames(demos[year])[4:], frames(demo)[4:], strict=True):
        assert one.equals(other)


def test_roads_meet_at_their_ends_and_nowhere_else_and_lead_everywhere(demo: Demo) -> None:
    roads = demo.roads.geometry.to_numpy()
    one, other = shapely.STRtree(roads).query(roads, predicate="intersects")
    one, other = one[one < other], other[one < other]
    ends = [{road.coords[0], road.coords[-1]} for road in roads]
    group = list(range(len(roads)))
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        met = {tuple(xy) for xy in shapely.get_coordinates(roads[a].intersection(roads[b]))}
        assert met <= ends[a] & ends[b]
        group = [group[a] if was == group[b] else was for was in group]
    assert len(set(group)) == 1
    assert (shapely.length(roads) > 1.0).all()


def test_every_address_is_on_a_road_of_its_name(demo: Demo) -> None:
    streets = demo.premises["address"].str.replace(r" \d+$", "", regex=True)
    assert set(streets) <= set(demo.roads["name"])
    assert set(demo.roads["kind"]) == {"main", "street", "lane"}
    main = demo.roads.loc[demo.roads["kind"] == "main", "name"]
    assert set(main) > {"Dalvägen", "Norra Dalvägen", "Storgatan", "Kvarnbovägen"}
    placed = demo.premises.assign(street=streets).dropna(subset=["geometry"])
    lines = demo.roads.dissolve("name").geometry.loc[placed["street"]]
    far_m = shapely.distance(placed.geometry.to_numpy(), lines.to_numpy())
    assert far_m.min() > 9.0
    assert far_m[placed["kind"] != "farm"].max() < 40.0


def test_nobody_lives_in_the_water_and_roads_cross_the_river_alone(demo: Demo) -> None:
    river, lake = demo.water.set_index("kind").geometry.loc[["river", "lake"]]
    assert demo.water["name"].tolist() == ["Fiberälven", "Norrsjön"]
    premises = demo.premises.geometry.dropna().to_numpy()
    assert shapely.distance(premises, river | lake).min() > 15.0
    roads, cables = demo.roads.union_all(), pd.concat([demo.network, demo.planned]).union_all()
    assert not lake.intersects(roads | cables)
    assert demo.areas.union_all().buffer(1.0).contains(river | lake)
    bridges = shapely.get_parts(roads & river)
    assert len(bridges) == 9
    assert shapely.length(bridges).max() < 40.0
    assert (roads & river).buffer(8.0).contains(cables & river)


def test_places_are_the_town_and_what_areas_are_named_after(demo: Demo) -> None:
    inside = demo.places.sjoin(demo.areas, predicate="within").groupby("kind")
    names = {kind: rows[["name_left", "name_right"]] for kind, rows in inside}
    assert names["town"].to_numpy().tolist() == [["Fiberdalen", "Centrum"]]
    assert len(names["district"]) == 4
    assert len(names["village"]) == 7
    for kind in ("district", "village"):
        assert names[kind]["name_left"].equals(names[kind]["name_right"])
    assert demo.places["name"].is_unique


@pytest.mark.parametrize("as_of", [date(2016, 9, 30), date(2015, 1, 1), datetime(1999, 1, 1)])  # noqa: DTZ001 - a day has no zone
def test_a_date_before_the_first_snapshot_is_an_error_that_names_it(as_of: date) -> None:
    message = (
        f"`as_of` must be a date from 2016-10-01, when the demo's first snapshot was taken, "
        f"not {as_of:%Y-%m-%d}."
    )
    with pytest.raises(ArgumentError) as error:
        load_demo(as_of=as_of)
    assert str(error.value) == message


@pytest.mark.parametrize("as_of", ["1 October", 2020, None, pd.NaT])
def test_what_is_not_a_date_is_an_error_that_shows_one(as_of: object) -> None:
    with pytest.raises(ArgumentError, match=r"^`as_of` must be a date such as 20\d\d-10-01, not"):
        load_demo(as_of=as_of)  # type: ignore[arg-type]  # the point of the test
