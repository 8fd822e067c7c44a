"""The colours of statuses and of shares, on maps and in pictures."""

# Far enough apart for colour-blind readers, and 3:1 at the least against the page's ground.
STATUS_COLOURS = {
    "connected": "#08306b",
    "passed": "#2a9485",
    "planned": "#b24ad6",
    "unserved": "#a63c06",
}
AREA_COLOURS = ("#fef2cd", "#c3e4b6", "#7fc6b6", "#4296be", "#2a5a98")
