"""Rings, clocks and small state machines, on whichever Python runs this."""

from firmware import led
from firmware.button import LONG, NOTHING, SHORT, VERY_LONG, Button
from firmware.calibration import Unsteady, zero
from firmware.clock import TICKS_PERIOD, SampleClock, Uptime, ticks_between
from firmware.health import Battery, Pulse, Trial
from firmware.payloads import LOST
from firmware.power import Rest
from firmware.sampling import Ring

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        """CPython has no such lock; there only the results are looked at."""

    heap_unlock = heap_lock


LAST_TICK = TICKS_PERIOD - 1


class Signal:
    """Counts up, and its time goes on by 4 ms at each look."""

    def __init__(self):
        self.number = 0
        self.now = TICKS_PERIOD - 5000

    def read(self):
        self.number = (self.number + 1) & 0x3FFF
        return self.number

    def ticks(self):
        self.now = self.now + 4000 if self.now <= LAST_TICK - 4000 else self.now - LAST_TICK + 3999
        return self.now


def test_the_interrupt_allocates_nothing():
    signal = Signal()
    ring = Ring(signal.read, 4000, signal.ticks)
    tick = ring.tick
    ring.tick()
    heap_lock()
    try:
        for _ in range(1000):
            tick(None)
    finally:
        heap_unlock()
    assert ring.worst_jitter_us == 0


def test_every_sample_comes_once_and_what_was_overwritten_comes_as_lost():
    signal = Signal()
    ring = Ring(signal.read, 4000, signal.ticks, 32)
    seen = []
    for burst in (3, 1, 24, 0, 70, 5, 24, 200):
        for _ in range(burst):
            ring.tick()
        while True:
            left, counts = ring.take(20)
            seen += counts
            if not left and not counts:
                break
    assert len(seen) == 327
    assert all(count in (LOST, place + 1) for place, count in enumerate(seen))
    assert seen.count(LOST) == ring.lost == 70 - 24 + 200 - 24


def test_a_late_interrupt_is_told_in_microseconds():
    signal = Signal()
    ring = Ring(signal.read, 4000, signal.ticks)
    for late in (0, 0, 350, 0, 0):
        signal.now += late
        ring.tick()
    assert ring.worst_jitter_us == 350


def test_ticks_are_compared_across_their_wrap():
    assert ticks_between(5, TICKS_PERIOD - 5) == 10
    assert ticks_between(TICKS_PERIOD - 5, 5) == -10
    now = [TICKS_PERIOD - 1000]
    uptime = Uptime(lambda: now[0])
    for _ in range(10):
        now[0] = (now[0] + 400_000_000) & (TICKS_PERIOD - 1)
        uptime.us()
    assert uptime.ms() == 4_000_000


def test_samples_of_a_chip_keep_its_beat_though_they_are_fetched_unsteadily():
    clock = SampleClock(100.0)
    fetched_us, sampled, taken, firsts = 0, 0, 0, []
    for step_us in (16_000, 19_000, 12_000, 31_000, 16_000, 9_000, 25_000) * 30:
        fetched_us += step_us
        sampled = fetched_us // 10_000
        if sampled > taken:
            firsts.append((taken, clock.first_us(sampled - taken, fetched_us)))
            taken = sampled
    errors = [first_us - number * 10_000 for number, first_us in firsts[60:]]
    assert max(errors) - min(errors) < 2_500


def test_the_most_important_news_is_on_the_light_and_never_blinks_faster_than_2_hz():
    light = led.Light(50)
    assert light.level(0) == 0.0
    light.say("streaming", True)
    light.say("fault", True)
    levels = [light.level(ms) for ms in range(0, 10_000, 10)]
    rises = [place for place in range(1, 1000) if levels[place] > levels[place - 1]]
    assert max(levels) == 0.5
    assert min([after - before for before, after in zip(rises, rises[1:])]) >= 50  # noqa: B905, RUF007
    for _, spans in led.PATTERNS:
        assert all(spans[place] + spans[place + 1] >= 500 for place in range(0, len(spans), 2))


def test_a_bouncing_button_is_pressed_once_and_told_by_its_length():
    button = Button()
    told = []
    for held_ms in (200, 2000, 7000):
        presses = [(True, 5), (False, 5), (True, held_ms), (False, 5), (True, 5), (False, 500)]
        now_ms = 0
        for is_down, span_ms in presses:
            for _ in range(span_ms):
                now_ms += 1
                event = button.ask(is_down, told_ms(told, now_ms))
                if event != NOTHING:
                    told.append((event, 0))
        told.append((0, now_ms))
    assert [event for event, _ in told if event] == [SHORT, LONG, VERY_LONG]


def told_ms(told, now_ms):
    """The time that goes on over several presses."""
    return sum([passed for _, passed in told]) + now_ms


def test_the_watchdog_is_fed_only_while_every_task_lives():
    fed = []
    pulse = Pulse(lambda: fed.append(1), ("stream", "listen"), 0)
    for now_ms in range(0, 3000, 100):
        pulse.beat("stream", now_ms)
        pulse.beat("listen", now_ms)
    before = len(fed)
    for now_ms in range(3000, 20_000, 100):
        pulse.beat("stream", now_ms)
    assert pulse.silent(20_000) == ["listen"]
    assert before < len(fed) < before + 45


def test_new_code_is_proved_by_what_the_box_believed_and_by_nothing_else():
    trial = Trial(0, 60_000)
    assert not trial.heard(0, 0, 1000)
    assert not trial.heard(6000, 0, 59_000)
    assert trial.heard(7000, 100, 61_000)
    weak = Trial(0, 60_000)
    weak.heard(0, 0, 1000)
    assert not weak.heard(900, 100, 61_000)
    idle = Trial(0, 60_000)
    idle.heard(5, 0, 1000)
    assert not idle.heard(9, 0, 90_000)


class Gauge:
    """A battery that is told."""

    def __init__(self, percent, millivolts):
        self.values = percent, millivolts

    def percent(self):
        return self.values[0]

    def millivolts(self):
        return self.values[1]

    def is_charging(self):
        return False


def test_a_weak_battery_allows_no_update_and_an_empty_one_nothing():
    assert Battery(None).is_strong()
    assert not Battery(None).is_low()
    assert Battery(Gauge(30, 3700)).is_strong()
    assert not Battery(Gauge(29, 3700)).is_strong()
    assert not Battery(Gauge(40, 3400)).is_strong()
    assert Battery(Gauge(2, 3300)).is_empty()


def test_it_sleeps_when_nobody_listens_or_somebody_asks():
    rest = Rest(600, 0)
    assert rest.reason(False, 599_000) == ""
    rest.heard(599_000)
    assert rest.reason(False, 1_100_000) == ""
    assert rest.reason(False, 1_199_000) == "nobody listens"
    assert rest.reason(True, 0) == "battery"
    rest.ask()
    assert rest.reason(False, 0) == "asked"
    assert Rest(0, 0).reason(False, 10**9) == ""


def test_a_zero_is_the_middle_of_calm_readings_only():
    assert zero([100, 103, 97] * 60, 20) == 120
    for counts in ([100] * 20, [0, 3000] * 100):
        try:
            zero(counts, 0)
        except Unsteady:
            continue
        raise AssertionError("that was not calm")
