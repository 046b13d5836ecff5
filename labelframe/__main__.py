"""`python -m labelframe`."""

from labelframe.cli import main

main()
