"""The share in the forms that others ask for: minutes, rows for follow-up systems, the folder of a run."""
