"""salesflow find: the word that people type all day for `customer find`."""

from __future__ import annotations

from salesflow.commands.base import List, single
from salesflow.commands.finding import find

app = single()
app.command("find", cls=List)(find)
