"""The share as others ask for it: minutes, rows for follow-up systems, the folder of a run."""
