// Counts down to the end of Dev Mode wherever a page shows it.
