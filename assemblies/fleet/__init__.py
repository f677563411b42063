"""Devices: how they enrol, the keys and tokens they are known by, and whether they can be reached."""
