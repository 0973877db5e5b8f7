"""Schema history. One file a step in `versions/`; a released step is never edited."""
