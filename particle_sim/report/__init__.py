"""Reports: results on disk, figures beside them, and one page to read."""
