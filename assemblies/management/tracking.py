"""A progress bar for work that lets itself be watched."""

from collections.abc import Iterable

from rich.progress import Progress

from assemblies.actions.progress import T, Track


def bars_of(progress: Progress) -> Track:
    """Return a `Track` that shows each phase as a bar of `progress`."""

    def track(items: Iterable[T], phase: str, total: int) -> Iterable[T]:
        return progress.track(items, total=total, description=phase)

    return track
