"""`python -m landed.metrics` prints the reference page."""

from __future__ import annotations

import sys

from landed.metrics.reference import reference_markdown

sys.stdout.write(reference_markdown())
