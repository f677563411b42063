"""The pages of schedules: the list, the form, one job with what it ran, the calendar."""
