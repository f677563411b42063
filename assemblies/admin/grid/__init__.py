"""The library as one list: search, filters with counts, saved views, favourites, and what is done to many at once."""
