"""`python -m server.cli`: the same commands as `liuhen`."""

import sys

from server.cli import main

sys.exit(main())
