"""The page of one assembly: to read it, to change it, to copy it, to delete it."""
