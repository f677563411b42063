"""SQL of the operator's databases. Only these modules import SQLAlchemy and Alembic, and only who uses a target imports
these: a web process must not pay for them at its start."""
