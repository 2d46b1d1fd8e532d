"""Run `python -m por` as the command `por`."""

import sys

from por.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
