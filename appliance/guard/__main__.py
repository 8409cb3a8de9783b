"""Lets `python -m appliance.guard` run with nothing but the standard library."""

import sys

from appliance.guard.process import main

sys.exit(main())
