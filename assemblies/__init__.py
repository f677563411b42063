"""The library of automation content: three levels of trust, one front door, one journal."""
