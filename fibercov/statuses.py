"""The statuses of premises in their order, and the colours of statuses and shares."""

STATUSES = ("connected", "passed", "planned", "unserved", "unplaced")
DRAWN = STATUSES[:-1]  # unplaced premises are on no map
# Distinct for colour-blind readers, with a contrast of at least 3:1 against the page's background.
_COLOUR = {
    "connected": "#08306b",
    "passed": "#2a9485",
    "planned": "#b24ad6",
    "unserved": "#a63c06",
}
STATUS_COLOURS = {status: _COLOUR[status] for status in DRAWN}
LINE_COLOURS = {"network": "#333f4d", "planned": STATUS_COLOURS["planned"]}
AREA_COLOURS = ("#fef2cd", "#c3e4b6", "#7fc6b6", "#4296be", "#2a5a98")
AREA_EDGE = "#5b6875"
