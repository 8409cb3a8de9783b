"""Finding what a sensor reads when nothing acts on it: the middle of a few seconds, if they are calm."""

SAMPLES = 150
_MOST_SPREAD = 400
CHANNELS = {"skin": "skin_zero", "breath": "breath_zero"}


class Unsteady(ValueError):
    """The readings moved too much to be taken as rest."""


def zero(counts: "list[int]", before: int) -> int:
    """Give the new setting of a channel's zero: the median over the old one.

    counts: of a few seconds at rest, with the old zero already taken away. Raises Unsteady.
    """
    if len(counts) < SAMPLES:
        raise Unsteady("only " + str(len(counts)) + " samples came")
    ordered = sorted(counts)
    spread = ordered[len(ordered) * 9 // 10] - ordered[len(ordered) // 10]
    if spread > _MOST_SPREAD:
        raise Unsteady("the readings moved by " + str(spread) + "; lie still and try again")
    return min(max(before + ordered[len(ordered) // 2], -32768), 32767)
