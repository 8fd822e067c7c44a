"""Drops and what follows from them: shares, areas, the target, problems with the data."""
