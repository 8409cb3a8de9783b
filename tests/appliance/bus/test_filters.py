"""Topic filters mean what MQTT says they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from appliance.bus.filters import is_filter, is_topic, matches

levels = st.sampled_from(["a", "b", "", "$SYS", "echoel"])
topics = st.lists(levels, min_size=1, max_size=4).map("/".join).filter(is_topic)
filters = (
    st.lists(st.one_of(levels, st.just("+")), max_size=4)
    .flatmap(lambda head: st.sampled_from([head, [*head, "#"]]))
    .map("/".join)
    .filter(is_filter)
)


@settings(deadline=None)
@given(topics, filters)
def test_our_matching_agrees_with_the_mqtt_library(topic: str, topic_filter: str) -> None:
    assert matches(topic_filter, topic) == topic_matches_sub(topic_filter, topic)


@pytest.mark.parametrize(
    ("text", "may_subscribe", "may_publish"),
    [
        ("a/b", True, True),
        ("a/+/b", True, False),
        ("#", True, False),
        ("a/#", True, False),
        ("a/#/b", False, False),
        ("a+", False, False),
        ("", False, False),
        ("a\0", False, False),
        ("x" * 65_536, False, False),
    ],
)
def test_what_may_be_subscribed_to_and_published(text: str, may_subscribe: bool, may_publish: bool) -> None:
    assert (is_filter(text), is_topic(text)) == (may_subscribe, may_publish)
