"""Documents in and out of the library by hand: imports that are previewed first, and exports of one, some or all."""
