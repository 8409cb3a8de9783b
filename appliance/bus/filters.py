"""Which topics a subscription means: `+` is any one level, a last `#` any number of them."""

from __future__ import annotations


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether a message on this topic belongs to this subscription.

    Wildcards at the start do not match topics that begin with `$`.
    Source: MQTT 3.1.1 (OASIS), section 4.7.
    """
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def is_filter(text: str) -> bool:
    """Tell whether this may be subscribed to: wildcards alone in their level, `#` only at the end."""
    levels = text.split("/")
    return (
        0 < len(text.encode()) <= 65_535
        and "\0" not in text
        and all(level in ("+", "#") or not set(level) & set("+#") for level in levels)
        and "#" not in levels[:-1]
    )


def is_topic(text: str) -> bool:
    """Tell whether this may be published to: not empty and without wildcards."""
    return 0 < len(text.encode()) <= 65_535 and not set(text) & {"+", "#", "\0"}
