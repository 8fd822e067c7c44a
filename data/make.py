"""Write the files of this folder: the synthetic municipality as of 2020-10-01.

The columns have Swedish names, as a municipality's own files have, to show how they are named
when they are read.
"""

from pathlib import Path

import fibercov as fc

HERE = Path(__file__).parent


def make(folder: Path) -> None:
    """Write `addresses.gpkg`, `fiber.gpkg`, `areas.gpkg` and `map.gpkg` into the folder."""
    demo = fc.load_demo()
    addresses = demo.premises.rename(
        columns={
            "id": "adress_id",
            "address": "adress",
            "kind": "typ",
            "households": "hushall",
            "inhabitants": "folkbokforda",
            "workplaces": "arbetsstallen",
        }
    )
    addresses["ansluten"] = addresses.pop("connected").map({True: "ja", False: "nej"})
    addresses.to_file(folder / "addresses.gpkg", layer="addresses")
    demo.network.to_file(folder / "fiber.gpkg", layer="cables")
    demo.planned.to_file(folder / "fiber.gpkg", layer="planned")
    areas = demo.areas.rename(columns={"name": "omrade", "code": "kod"})
    areas.to_file(folder / "areas.gpkg", layer="areas")
    for layer in ("roads", "water", "places"):
        frame = getattr(demo, layer).rename(columns={"kind": "typ", "name": "namn"})
        frame.to_file(folder / "map.gpkg", layer=layer)


if __name__ == "__main__":
    for old in HERE.glob("*.gpkg"):
        old.unlink()
    make(HERE)
    print(f"Written to {HERE}")
