"""Places on earth and the distances between them: CRSs, true metres, nearest features."""
