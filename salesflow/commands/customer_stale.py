"""salesflow customer stale."""
