"""`python -m evqa` is the command line."""

from evqa.cli import main

main()
