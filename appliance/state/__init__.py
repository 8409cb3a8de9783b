"""Features to the smoothed person: what the signal chain found flows in, one `BodyState` flows out.

Every figure is smoothed with its own time and has an age; what is older than it should be is named in
`stale`, with its last value kept, so that sound can fade instead of jumping.
"""

from appliance.state.estimator import Estimator

__all__ = ["Estimator"]
