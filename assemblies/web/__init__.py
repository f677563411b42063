"""What the API and the pages share: what a request names, how large it may be, and what its errors answer."""
