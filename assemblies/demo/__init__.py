"""The demonstration: a throw-away library in which every page has something to show.

Everything in it came about as it would in a real one: people were given accounts and roles, a catalogue was published,
synchronised, changed and synchronised again, assemblies were imported, edited, deleted and restored, all by the actions
and syncs that the library has anyway. No row is inserted by hand. The documents below `content/` are its own.
"""
