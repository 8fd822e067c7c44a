"""The share of each operator, and of all together."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from frames import cable, points

import fibercov as fc

# West and East have a cable each; the third home lies between, the last beside none.
NETWORK: gpd.GeoDataFrame = pd.concat(
    [cable((0, 0), (100, 0)).assign(owner="West"), cable((200, 0), (300, 0)).assign(owner="East")],
    ignore_index=True,
)


def homes(**columns: Any) -> gpd.GeoDataFrame:
    return points((50, 10), (250, 10), (150, 10), (50, 400), households=[1, 2, 4, 8], **columns)


def test_each_operator_has_what_it_alone_reaches() -> None:
    table = fc.compare_operators(homes(), NETWORK, operator="OWNER", reach=55)
    assert table["operator"].tolist() == ["East", "West", "(all operators)"]
    assert table["total"].tolist() == [15, 15, 15]
    assert table["reached"].tolist() == [2 + 4, 1 + 4, 1 + 2 + 4]
    for name, row in table.iloc[:2].set_index("operator").iterrows():
        alone = fc.measure_coverage(homes(), NETWORK[NETWORK["owner"] == name], reach="55")
        assert (row["reached"], row["share"]) == (alone.reached, alone.share)


def test_a_building_is_connected_to_one_operator_only() -> None:
    premises = homes(fiber=[None, "West", "", "East "], connected=[False, True, False, True])
    table = fc.compare_operators(
        premises, NETWORK, operator="owner", reach=55, connected_to="fiber"
    )
    # East: its cable's 2 and 4, and the 8 that it connects. West: 1 and 4, and the 2 that it connects.
    assert table["reached"].tolist() == [14, 7, 15]
    with pytest.raises(fc.ArgumentError, match="`connected_to` must name the column"):
        fc.compare_operators(premises, NETWORK, operator="owner", reach=55)
    with pytest.raises(fc.ColumnError, match="`connected_to` names 'Öst', .* are: 'East', 'West'"):
        fc.compare_operators(
            homes(fiber=["Öst"] * 4), NETWORK, operator="owner", reach=55, connected_to="fiber"
        )


def test_operators_are_compared_in_each_area_and_unit() -> None:
    premises = homes(part=["w", "e", "e", "w"], workplaces=[1, 1, 0, 0])
    table = fc.compare_operators(
        premises, NETWORK, operator="owner", reach=55, unit="workplaces", by="part"
    )
    assert set(table["unit"]) == {"workplaces"}
    east = table[table["operator"] == "East"].set_index("name")["reached"]
    assert (east["e"], east["w"]) == (1, 0)


def test_what_cannot_be_compared_is_an_error() -> None:
    nobody = NETWORK.assign(owner=["West", " "])
    with pytest.raises(fc.ColumnError, match="`operator` names no operator in column 'owner'"):
        fc.compare_operators(homes(), nobody, operator="owner", reach=55)
    with pytest.raises(fc.ColumnError, match="`operator` names the column 'who'"):
        fc.compare_operators(homes(), NETWORK, operator="who", reach=55)
    with pytest.raises(fc.ArgumentError, match="`reach` must be measured to a network"):
        fc.compare_operators(
            homes(fiber=["West", "East", "", ""]), NETWORK, operator="owner", reach=fc.PTS_2015,
            connected_to="fiber",
        )  # fmt: skip
