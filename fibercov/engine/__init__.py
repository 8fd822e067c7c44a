"""Exact searches among millions of segments: compiled, and on all processors.

Nothing of it is imported before the first distance is measured: numba takes a moment to load.
"""
