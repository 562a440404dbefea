"""The index on disk: SQLite as the truth, the files derived from it, one generation at a time."""
