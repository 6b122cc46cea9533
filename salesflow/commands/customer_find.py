"""salesflow customer find: customers by anything that is known of them."""

from __future__ import annotations

from salesflow.commands.base import List
from salesflow.commands.customer import app
from salesflow.commands.finding import find

app.command("find", cls=List)(find)
