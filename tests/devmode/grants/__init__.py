"""Dev Mode: grants, their ends, and the ways in and out."""
