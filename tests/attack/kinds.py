"""All attacks, and how many inputs each makes in an hour."""

from __future__ import annotations

from .damage import damaged_file
from .expressions import expression
from .figures import number_in_text
from .hostile import hostile_file
from .judged import Attack
from .publications import addresses, county, edges, publications, statuses
from .runs import appended, cached, killed
from .series import history, kolada, results
from .shapes import areas, shapes
from .tables import sound_table, text_table, workbook

ATTACKS: dict[str, Attack] = {
    "figures": number_in_text,
    "sound": sound_table,
    "texts": text_table,
    "workbooks": workbook,
    "damage": damaged_file,
    "shapes": shapes,
    "areas": areas,
    "where": expression,
    "hostile": hostile_file,
    "history": history,
    "kolada": kolada,
    "results": results,
    "killed": killed,
    "appended": appended,
    "cached": cached,
    "edges": edges,
    "publications": publications,
    "addresses": addresses,
    "statuses": statuses,
    "county": county,
}
CASES = {
    "figures": 35_000,
    "sound": 1_000,
    "texts": 16_000,
    "workbooks": 4_000,
    "damage": 25_000,
    "shapes": 12_000,
    "areas": 3_000,
    "where": 6_000,
    "hostile": 1_200,
    "history": 1_500,
    "kolada": 1_000,
    "results": 500,
    "killed": 400,
    "appended": 100,
    "cached": 20,
    "edges": 250,
    "publications": 12,
    "addresses": 12,
    "statuses": 100,
    "county": 2,
}
