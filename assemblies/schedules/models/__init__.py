"""The tables of schedules, in the database `execution`. Users are kept as id and name, without a foreign key."""

from assemblies.schedules.models.event import JobEvent
from assemblies.schedules.models.job import Component, Job
from assemblies.schedules.models.occurrence import Occurrence, OccurrenceStatus, Rerun

__all__ = ["Component", "Job", "JobEvent", "Occurrence", "OccurrenceStatus", "Rerun"]
