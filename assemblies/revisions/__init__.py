"""Read revisions: as documents, side by side, in order, and of the original of a copy. Nothing here writes."""
