"""salesflow: a B2B sales team's whole process from the terminal, over one local database file."""

__version__ = "0.1.0"
