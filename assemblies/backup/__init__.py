"""Mirrors: whole copies of a library in a folder, verified by hash when they are made and when they are put back.

A mirror has the layout of a runtime root and a manifest next to it. It is made while the library is served, and it is
consistent: no domain copy is ahead of the copied journal, and every payload that journal names is there.
"""
