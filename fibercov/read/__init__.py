"""Read files, tables and frames, check them, and make frames to measure."""
