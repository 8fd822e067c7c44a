"""Where things are on earth, and how far apart: CRSs, true metres, and the search for the nearest."""
