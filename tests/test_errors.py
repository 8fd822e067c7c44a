"""What errors carry, and how the command line words it."""

from __future__ import annotations

import ast
import copy
import importlib
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frames import cable, points

import fibercov as fc
from fibercov.follow.history import append_history
from fibercov.options import OPTIONS, called, in_options

PACKAGE = Path(fc.__file__).parent
TABLE = pd.DataFrame({"E": ["470000"], "N": ["6740000"]})
NETWORK = cable((0, 0), (9, 0))
HISTORY = pd.DataFrame({"as_of": ["2018-10-01", "2019-10-01"], "share": [0.8, 0.9]})
MIXED = HISTORY.assign(definition=["a", "b"])


def measured(premises: Any = None, **given: Any) -> fc.Coverage:
    return fc.measure_coverage(points((0, 0)) if premises is None else premises, **given)


def caught(run: Callable[[], object]) -> fc.FibercovError:
    with pytest.raises(fc.FibercovError) as error:
        run()
    return error.value


# What is asked for, and what the error is, is about and quotes; its way out in Python and in options.
CASES: list[tuple[Callable[[], object], type[Exception], str | None, str | None, str, str]] = [
    (lambda: fc.Reach(-3), ValueError, "reach", "-3", "", ""),
    (
        lambda: fc.check_target(measured(network=NETWORK, reach=50), target=90),
        ValueError, "target", "90", "For 90 percent, write 0.9.", "For 90 percent, write 0.9.",
    ),
    (lambda: fc.read_premises("nowhere.gpkg"), OSError, "premises", "'nowhere.gpkg'", "", ""),
    (
        lambda: fc.read_premises(TABLE),
        fc.GeometryError, "premises", None,
        ("If columns hold its coordinates, name them and their CRS: xy=(EASTING, NORTHING), crs=CRS. "
        "Its columns are: 'E', 'N'."),
        ("If columns hold its coordinates, name them and their CRS: --xy EASTING,NORTHING --crs CRS. "
        "Its columns are: 'E', 'N'."),
    ),
    (lambda: fc.read_premises(TABLE, xy=()), ValueError, "xy", "()", "", ""),
    (
        lambda: fc.read_premises(points((0, 0)), crs=3021),
        fc.CRSError, "crs", None,
        "Leave `crs` out; if the source is wrong, add `override_crs=True`.",
        "Leave `--crs` out; if the source is wrong, add `--override-crs`.",
    ),
    (
        lambda: fc.read_premises(points((0, 0)).set_crs(4326, allow_override=True)),
        fc.CRSError, "premises", None,
        ("They look like metres, declared as degrees. Say which CRS they are really in when reading: "
        "crs=CRS, override_crs=True."),
        ("They look like metres, declared as degrees. Say which CRS they are really in: --crs CRS "
        "--override-crs."),
    ),
    (
        lambda: fc.read_premises(points((0, 0)).set_crs(None, allow_override=True)),
        fc.CRSError, "premises", None,
        ("Say it with `crs` when reading, or .set_crs(...) on the frame: Swedish data is mostly in "
        "EPSG:3006 (SWEREF 99 TM), longitude and latitude are EPSG:4326."),
        ("Say it with `--crs`: Swedish data is mostly in EPSG:3006 (SWEREF 99 TM), longitude and "
        "latitude are EPSG:4326."),
    ),
    (
        lambda: fc.read_premises(points((0, 0), N=["many"]), households="N"),
        fc.ColumnError, "households", "'many'",
        "Correct them, with all digits (1234.5, 1 234,5), or leave those rows out.",
        "Correct them, with all digits (1234.5, 1 234,5), or leave those rows out.",
    ),
    (
        lambda: fc.read_premises(points((0, 0), far=["x"]), position_error_m="far"),
        fc.ColumnError, "position_error_m", "'x'",
        ("Correct them, with all digits (1234.5, 1 234,5), or leave those rows out. The words that stand "
        f"for metres are: {', '.join(map(repr, fc.POSITION_ERROR_M))}."),
        ("Correct them, with all digits (1234.5, 1 234,5), or leave those rows out. The words that stand "
        f"for metres are: {', '.join(map(repr, fc.POSITION_ERROR_M))}."),
    ),
    (
        lambda: measured(reach=fc.BNETZA),
        ValueError, "network", None,
        ("To measure to the connected premises instead, use reach=PTS_2015 or "
        f"Reach({fc.BNETZA.metres:g}, to='connected')."),
        "To measure to the connected premises instead, use --reach PTS_2015.",
    ),
    (
        lambda: measured(reach=fc.PTS_2015),
        ValueError, "network", None,
        "Name the column that says which are: connected=COLUMN.",
        "Name the column that says which are: --connected COLUMN.",
    ),
    (
        lambda: fc.explain_change(*[measured(network=NETWORK, reach=50)] * 2),
        fc.ColumnError, "before", None,
        "Say which it is with read_premises(..., id=COLUMN).", "Say which it is with --id COLUMN.",
    ),
    (
        lambda: fc.track_progress(MIXED, target=0.95),
        ValueError, "history", None,
        ("Their shares cannot be compared. Use the same one throughout, or accept the break: "
        "accept_breaks=['2019-10-01']."),
        ("Their shares cannot be compared. Use the same one throughout, or accept the break: "
        "--accept-break 2019-10-01."),
    ),
    (lambda: fc.compare_reaches(measured(network=NETWORK, reach=50), reaches="50"), ValueError, "reaches", "'50'", "", ""),  # type: ignore[arg-type]  # that is the mistake
]  # fmt: skip


@pytest.mark.parametrize(("run", "kind", "argument", "seen", "way_out", "in_words"), CASES)
def test_an_error_carries_its_argument_what_was_seen_and_the_way_out(
    run: Callable[[], object],
    kind: type[Exception],
    argument: str | None,
    seen: str | None,
    way_out: str,
    in_words: str,
) -> None:
    error = caught(run)
    assert isinstance(error, kind)
    assert (error.argument, error.seen, error.way_out) == (argument, seen, way_out)
    assert str(error).startswith(f"`{argument}`")
    assert str(error).endswith(way_out)
    assert seen is None or seen in str(error)
    assert in_options(error).startswith(f"`{OPTIONS.get(str(argument), argument)}`")
    assert in_options(error).endswith(in_words)


def test_an_error_comes_whole_out_of_another_process() -> None:
    for run, *_ in CASES:
        error = caught(run)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
            assert type(again) is type(error)
            assert str(again) == str(error)
            assert in_options(again) == in_options(error)
            assert again.argument == error.argument


def test_a_missing_extra_is_an_import_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    coverage = measured(network=NETWORK, reach=50)
    monkeypatch.setattr(importlib, "import_module", missing)
    error = caught(lambda: fc.plot_curve(coverage))
    assert isinstance(error, ImportError)
    assert isinstance(error, fc.MissingExtraError)
    assert error.way_out == "pip install 'fibercov[plot]'"


def test_words_of_a_users_own_are_never_taken_for_arguments() -> None:
    own = "coordinates in `xy` {crs} accept_breaks=['a'] add override_crs=True."
    data = points((0, 0), crs=[own])
    error = caught(lambda: fc.read_premises(data, where=f'crs != "{own[:40]}" and crs == "x"'))
    assert in_options(error) == str(error).replace("`where`", "`--where`", 1)
    error = caught(lambda: fc.read_premises(data, households="crs"))
    assert error.seen == repr(own)
    assert in_options(error) == str(error).replace("`households`", "`--households`", 1)


def test_an_error_calls_arguments_what_the_innermost_block_calls_them() -> None:
    def run() -> None:
        with called(crs="--other-crs", where="--other-where"), called(crs="--network-crs"):
            fc.read_network(NETWORK, crs=3021)

    error = caught(run)
    assert error.argument == "crs"
    assert in_options(error).startswith("`--network-crs` is EPSG:3021")
    assert "Leave `--network-crs` out" in in_options(error)
    assert "Leave `crs` out" in str(error)


def test_what_is_wrong_with_a_history_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("as_of\n2019-10-01\n", "utf-8")
    coverage = measured(network=NETWORK, reach=50, as_of="2020-10-01")
    error = caught(lambda: append_history(tmp_path / "a.csv", coverage))
    assert str(error).startswith(
        f"`history`: {str(tmp_path / 'a.csv')!r} must have the columns as_of, unit, "
    )
    assert error.way_out.endswith("; else name another file.")


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Each place in the package where one of its errors is made."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                ours = isinstance(getattr(fc, name, None), type) and name.endswith("Error")
                if ours or name == "refusal":
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


def test_messages_name_arguments_as_data_and_not_in_their_text() -> None:
    found = [*raised()]
    assert len(found) > 150
    for where, call in found:
        argument, problem = call.args[0], ast.unparse(call.args[1]).lstrip("f\"'")
        named = not (isinstance(argument, ast.Constant) and argument.value is None)
        assert named or not problem.startswith("`"), f"{where} is about an argument"
        assert "`{argument}`" not in ast.unparse(call), f"{where} names its argument twice"
        for name in OPTIONS:
            assert f"`{name}`" not in ast.unparse(call), (
                f"{where}: `{name}` is an option: Words(...)"
            )


def test_templates_stand_where_they_are_used_so_that_no_text_of_a_user_is_one() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}"
