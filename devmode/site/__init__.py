"""The admin site: who may enter it, its log-in, and the pages of Dev Mode."""
