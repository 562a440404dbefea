"""Start the chat: `python ui.py`, which is `evqa chat`."""

import sys

from evqa.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "chat")
    main()
