"""What differs between two texts: pure, and bounded in time and size whatever the texts."""
