"""The server to compare with: what the framework's tutorial builds, over the same rows.

Default middleware, token authentication, a ModelViewSet with paging over one SQLite table as Django opens it, served
by granian, the fastest that a user would pick.
"""
