"""Jobs and their times."""
