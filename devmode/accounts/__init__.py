"""Who somebody is: roles."""
