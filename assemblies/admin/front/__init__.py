"""The front page: what is in the library, what happens in it, and what somebody should look at."""
