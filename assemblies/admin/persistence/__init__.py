"""The page of persistence targets."""
