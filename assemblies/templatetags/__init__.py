"""Filters of the library's templates; settings load them into every template."""
