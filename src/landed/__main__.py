"""`python -m landed`: the same as the command `landed`."""

from landed.cli import main

main()
