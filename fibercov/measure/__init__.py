"""Drops, and what follows from them: shares, areas, the target, and what is odd about the data."""
