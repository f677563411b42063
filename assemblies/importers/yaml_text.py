"""YAML that another program wrote: bounded before it is built, and without what makes small texts large values."""

from typing import Any

import yaml

from assemblies.importers.place import MAX_DEPTH

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: bytes) -> Any:
    """The value of one YAML document; None where it is none, nests too deep, or names a part a second time.

    References are refused: merged into each other they grow without bound.
    """
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent):
                return None
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # the safe loader, written in C where there is one
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
