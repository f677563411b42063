"""The agent: the program on a device that fetches signed work, runs it, and says what came of it.

Standard library and `cryptography` only, in one file with the supervisor; it knows the library by HTTPS alone.
"""
