"""What a study that takes its time says of it."""

from __future__ import annotations

from diffkit.studies.tell import silent, told


def test_each_item_is_told_of_before_its_turn():
    order = []
    for item in told(lambda *said: order.append(said), (3, 4), lambda item: f"item {item}"):
        order.append(item)
    assert order == [("item 3", 0, 2), 3, ("item 4", 1, 2), 4]


def test_silence_says_nothing():
    assert list(told(silent, "ab")) == ["a", "b"]
