"""salesflow customer find: the word `find` as a verb of customers."""

from __future__ import annotations

from salesflow.commands.base import List
from salesflow.commands.customer import app
from salesflow.commands.find import find

app.command("find", cls=List)(find)
