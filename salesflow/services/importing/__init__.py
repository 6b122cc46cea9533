"""Taking in lists that people keep in spreadsheets: one mechanism for every kind of record.

`run` finds the titles, reads and checks every row, then writes all of them in one transaction, or none. What is particular
to a kind of record is its `Layout`: a table of fields, and what builds and writes a row.
"""

from __future__ import annotations

from salesflow.services.importing.job import Job, run
from salesflow.services.importing.layout import Field, Layout, Options, Reader, Values, Writer
from salesflow.services.importing.report import Report

__all__ = ["Field", "Job", "Layout", "Options", "Reader", "Report", "Values", "Writer", "run"]
