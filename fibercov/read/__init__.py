"""Files, tables and frames, judged and made into frames to measure."""
