"""The faces of experiments and flags: a list, a page for each, and its report as one file."""
