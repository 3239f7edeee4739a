from sayso.generate.dice import Dice

PINNED = [705, 999, 667, 141, 784, 154]


def test_the_same_seed_and_name_give_the_same_numbers_on_every_platform():
    dice = Dice(7, "who calls {function}")
    assert [dice.below(1000) for _ in range(6)] == PINNED


def test_another_name_gives_other_numbers():
    assert [Dice(7, "b").below(1000) for _ in range(3)] != [Dice(7, "a").below(1000) for _ in range(3)]


def test_an_order_keeps_every_item():
    assert sorted(Dice(1).order("abcdef")) == list("abcdef")


def test_every_item_can_be_picked():
    dice = Dice(3)
    assert {dice.pick("abc") for _ in range(100)} == set("abc")
