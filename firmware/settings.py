"""What a wearer may set on a wearable, one row each, and the state that holds it.

A row: name, default, least and most of a number (most letters of a text), and what it means, which is the
manual.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.disk import Twin

ROWS = (
    ("name", "Echoel wearable", None, 40, "What the box shows; at most 40 letters."),
    ("sensors", "ad8232,max30102", None, 120, "The sensors to play, names of `devices.DEVICES`, by commas."),
    ("packet_ms", 8, 4, 16, "How long samples are gathered for a cable; over the air it is always 16 ms."),
    ("light_percent", 30, 0, 100, "How bright the light is."),
    ("sleep_after_s", 600, 0, 86400, "How long nobody may listen before the board sleeps; 0 is never."),
    ("skin_zero", 0, -32768, 32767, "Counts of the skin sensor with nothing attached, found by calibrating."),
    ("breath_zero", 0, -32768, 32767, "Counts of the belt at rest, found by calibrating."),
    ("trial_s", 60, 1, 600, "How long new code has to prove itself before it is kept."),
    ("key_id", 0, 0, 255, "Which secret the frames are made with; 0 is none, for a cable only."),
    ("secret", "", None, 64, "The secret of the pairing, 64 hexadecimal digits."),
    ("is_sealed", 0, 0, 1, "Whether the payloads are encrypted as well."),
)


class BadSetting(ValueError):
    """A setting that does not exist or cannot have this value; the text says what it may be."""


class Settings:
    """The settings of this wearable: the stored ones over the defaults of `ROWS`.

    state: where they are kept; None keeps them in memory only.
    """

    def __init__(self, state: "Twin | None" = None) -> None:
        self._state = state
        self._values: dict[str, object] = {row[0]: row[1] for row in ROWS}
        stored = state.load() if state is not None else None
        for name, value in (stored or {}).items():
            # A setting that an older or newer program stored must not keep the board from starting.
            if _trouble(name, value) is None:
                self._values[name] = value

    def number(self, name: str) -> int:
        """A setting that is a whole number."""
        value = self._values[name]
        assert isinstance(value, int)
        return value

    def text(self, name: str) -> str:
        """A setting that is a text."""
        value = self._values[name]
        assert isinstance(value, str)
        return value

    def change(self, changes: "dict[str, object]") -> None:
        """Take and keep new values, all or none. Raises BadSetting."""
        for name, value in changes.items():
            trouble = _trouble(name, value)
            if trouble is not None:
                raise BadSetting(trouble)
        merged = dict(self._values)
        merged.update(changes)
        if merged["key_id"] and not merged["secret"]:
            raise BadSetting("a key_id needs its secret in the same command")
        self._values = merged
        if self._state is not None:
            self._state.store(self._values)


def _is_hexadecimal(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text.lower())


def _trouble(name: str, value: object) -> "str | None":
    for row in ROWS:
        if row[0] == name:
            break
    else:
        return name + " is no setting; there are " + ", ".join([row[0] for row in ROWS])
    default, least, most = row[1], row[2], row[3]
    if isinstance(default, str):
        if not isinstance(value, str) or most is None or len(value) > most:
            return name + " is a text of at most " + str(most) + " letters"
        if name == "secret" and value and (len(value) != most or not _is_hexadecimal(value)):
            return "a secret is 64 hexadecimal digits"
        return None
    if isinstance(value, bool) or not isinstance(value, int) or least is None or most is None:
        return name + " is a whole number"
    if not least <= value <= most:
        return name + " lies between " + str(least) + " and " + str(most)
    return None
