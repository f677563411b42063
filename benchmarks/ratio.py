"""A figure: one ratio, from rounds in which the two sides took turns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

Round = Callable[[], float]


@dataclass(frozen=True)
class Ratio:
    """`name` is what was measured and against what; the rounds' ratios are told by their median and spread."""

    name: str
    unit: str
    ours_seconds: float
    theirs_seconds: float
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    def json(self) -> dict[str, object]:
        return {
            "name": self.name, "unit": self.unit, "median": self.median, "rounds": self.rounds,
            "ours_seconds": self.ours_seconds, "theirs_seconds": self.theirs_seconds,
        }  # fmt: skip

    def __str__(self) -> str:
        spread = f"{min(self.rounds):.2f}–{max(self.rounds):.2f}"
        ours, theirs = (f"{seconds * 1000:.1f} ms" for seconds in (self.ours_seconds, self.theirs_seconds))
        return f"{self.name:<44}{self.median:>8.2f} {self.unit:<4}{spread:>14}   {ours:>12} {theirs:>12}"


def times_faster(name: str, ours: Round, theirs: Round, *, rounds: int) -> Ratio:
    """Return how many times faster we are than what we are compared with: more is better."""
    return _measured(name, "×", ours, theirs, rounds, lambda our, their: their / our)


def times_the_floor(name: str, ours: Round, floor: Round, *, rounds: int) -> Ratio:
    """Return how many times as long we take as the least it can take: less is better, and 1 is the end."""
    return _measured(name, "of", ours, floor, rounds, lambda our, their: our / their)


def median_of(times: Iterable[float]) -> float:
    return median(list(times))


def _measured(
    name: str, unit: str, ours: Round, theirs: Round, rounds: int, ratio: Callable[[float, float], float]
) -> Ratio:
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Ratio(
        name,
        unit,
        median(our for our, _their in pairs),
        median(their for _our, their in pairs),
        tuple(round(ratio(our, their), 3) for our, their in pairs),
    )
