"""Who somebody is: roles, tokens, sessions as they are kept, and attempts to prove it with a password."""
