"""The built-in worker: claims what this server can run, supervises it, and says what comes of it."""
