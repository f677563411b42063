"""The transaction of a privileged write: opened by whoever puts writers in order, whom the settings name."""

from contextlib import AbstractContextManager
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string


def writing_turn() -> AbstractContextManager[None]:
    """Wait for one's turn among the writers of `default`, then open one durable transaction."""
    return cast(AbstractContextManager[None], import_string(settings.DEVMODE_WRITING_TURN)())
