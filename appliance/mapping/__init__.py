"""From the person to the room: a `BodyState` flows in, a `Scene` flows out.

`curves` are the shapes a value may take on the way, `rules` the rows that say which feature moves
which parameter, `mapper` applies them. Rules are monotone, bounded and slew-limited; a poor signal
freezes what the body drives, the pacer goes on.
"""

from appliance.mapping.mapper import Mapper
from appliance.mapping.rules import FEATURES, Rule

__all__ = ["FEATURES", "Mapper", "Rule"]
