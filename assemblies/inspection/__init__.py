"""Look at the library, changing nothing: `verify` compares every byte, `health` asks each part a cheap question."""
