"""Runs as pages: the form that starts one, the list, and one run with its output as it comes."""
