from __future__ import annotations

from appliance.outbox.window import ANSWER_S, PATIENCE_S, Window


def test_a_lost_row_is_sent_again_although_the_stream_always_has_news() -> None:
    window = Window("intervals")
    now_s, received = 0.0, 1  # the API has everything below `received`
    window.sent(1, now_s)  # this one is lost on the way
    while received == 1 and now_s < 60:
        now_s += 0.5
        window.sent(window.next_to_send, now_s)  # news, more often than any patience
        window.receive(1, [], now_s)  # the API says what it still expects
        if window.wait_is_over(now_s):
            window.rewind()
        if window.next_to_send == 1:
            received = 2
    assert received == 2
    assert now_s <= ANSWER_S + 0.5


def test_without_any_receipt_the_wait_counts_from_the_oldest_row_under_way() -> None:
    window = Window("states")
    for second in range(int(PATIENCE_S) + 1):
        assert not window.wait_is_over(float(second) - 0.01)
        window.sent(window.next_to_send, float(second))
    assert window.wait_is_over(PATIENCE_S)


def test_a_receipt_that_confirms_something_starts_the_wait_anew() -> None:
    window = Window("states")
    for row in (1, 2, 3):
        window.sent(row, 0.0)
    window.receive(2, [], PATIENCE_S - 0.1)
    assert not window.wait_is_over(PATIENCE_S)
    assert window.wait_is_over(2 * PATIENCE_S)
