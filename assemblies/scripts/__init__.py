"""Plain scripts: what a file says of itself, read from its text alone.

Pure: nothing is executed, no file is opened, and each reader takes time in proportion to the part of the text it reads.
"""

from assemblies.scripts.reading import (
    HASHBANG,
    find_script_type,
    has_script_suffix,
    read_plain_script,
    tried,
    usable_variables,
)

__all__ = ["HASHBANG", "find_script_type", "has_script_suffix", "read_plain_script", "tried", "usable_variables"]
