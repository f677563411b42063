"""Workflows as pictures: nodes and edges drawn from the document, whatever somebody wrote into it."""
