"""landed: know what gets people hired."""
