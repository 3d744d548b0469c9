"""``python -m cardio_agent``: the command line."""

import sys

from cardio_agent.cli import main

sys.exit(main())
