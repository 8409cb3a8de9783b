"""What a wearable finds out about itself, one line each: a part, whether it is well, and what was seen."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.devices import Source
    from firmware.health import Battery


def findings(
    sources: "list[Source]", troubles: "list[str]", battery: "Battery", jitter_limit_us: int
) -> "list[tuple[str, bool, str]]":
    """Look at everything that is there."""
    found = [(trouble.split(":")[0], False, trouble) for trouble in troubles]
    for source in sources:
        is_steady = source.worst_jitter_us <= jitter_limit_us
        said = (
            str(source.worst_jitter_us) + " us off its beat at worst, " + str(source.lost) + " samples lost"
        )
        found.append((source.driver.channel, is_steady and not source.lost, said))
    percent = battery.percent()
    found.append(("battery", not battery.is_low(), "no gauge" if percent > 100 else str(percent) + " %"))
    return found


def told(found: "list[tuple[str, bool, str]]") -> str:
    """The findings as one short text, the bad ones first."""
    bad = [name + ": " + said for name, is_well, said in found if not is_well]
    return "; ".join(bad) if bad else "all " + str(len(found)) + " parts are well"
