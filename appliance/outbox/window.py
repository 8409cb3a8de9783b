"""What is under way in one stream: a window of rows sent and not yet confirmed.

Receipts and time flow in; out flows which row to send next.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.contracts.messages import Rejection

IN_FLIGHT = 40
PATIENCE_S = 5.0
_PATIENCE_LIMIT_S = 20.0
ANSWER_S = 1.0  # a receipt this late after a sending answers it
_STALLS_BEFORE_RENUMBERING = 3


@dataclass
class Window:
    """The rows of one stream that are under way.

    confirmed: every row below it is committed by the API. next_to_send: every row below it was sent.
    waiting_since_s: since when the oldest row under way has had no receipt. Not since the newest was sent:
    a stream that always has news would then never notice that one row was lost.
    """

    stream: str
    confirmed: int = 1
    next_to_send: int = 1
    waiting_since_s: float = 0.0
    stalls: int = 0
    stalled_at: int = 0
    stalled_s: float = 0.0
    shortest_patience_s: float = PATIENCE_S
    patience_s: float = field(init=False)
    is_dirty: bool = False
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def in_flight(self) -> int:
        """How many rows may be under way now."""
        return self.next_to_send - self.confirmed

    def room(self) -> int:
        """Return how many more rows may be sent."""
        return max(0, IN_FLIGHT - self.in_flight)

    def __post_init__(self) -> None:
        """Begin with the shortest patience."""
        self.patience_s = self.shortest_patience_s

    def rewind(self) -> None:
        """Send everything that is not confirmed again."""
        self.next_to_send = self.confirmed

    def sent(self, sequence: int, now_s: float) -> None:
        """Note that this row has left."""
        if self.in_flight <= 0:
            self.waiting_since_s = now_s
        self.next_to_send = sequence + 1

    def wait_is_over(self, now_s: float) -> bool:
        """Tell whether rows under way have had no receipt for too long; the next wait is then longer."""
        wait_s = 2 * ANSWER_S if self.stalls else self.patience_s
        if self.in_flight <= 0 or now_s - self.waiting_since_s < wait_s:
            return False
        self.patience_s = min(2 * self.patience_s, _PATIENCE_LIMIT_S)
        return True

    def receive(self, next_sequence: int, rejected: list[Rejection], now_s: float) -> None:
        """Take in a receipt; one that brings nothing new while rows are under way shows a gap."""
        self.patience_s = self.shortest_patience_s
        self.rejected += rejected
        if next_sequence < self.confirmed:
            self._stall(next_sequence, now_s)
            return
        self.stalls = 0
        if next_sequence > self.confirmed:
            self.confirmed = next_sequence
            self.next_to_send = max(self.next_to_send, next_sequence)
            self.waiting_since_s = now_s
            self.is_dirty = True
        elif self.in_flight > 0 and now_s - self.waiting_since_s >= ANSWER_S:
            self.rewind()  # not at once: the receipt may answer the rows before those under way

    def _stall(self, next_sequence: int, now_s: float) -> None:
        """Note that the API asks for a row it confirmed before: a late receipt, or it forgot."""
        if next_sequence != self.stalled_at:
            self.stalls = 0
        elif now_s - self.stalled_s < ANSWER_S:
            return
        self.stalls += 1
        self.stalled_at = next_sequence
        self.stalled_s = now_s

    @property
    def is_stalled(self) -> bool:
        """Whether the API keeps asking for a row that it does not get."""
        return self.stalls >= _STALLS_BEFORE_RENUMBERING
