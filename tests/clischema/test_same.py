from sayso.clischema.same import same_answer, same_command


def command(**args):
    return {"type": "command", "command": "book", "args": args, "flags": []}


def question(kind):
    return {"type": "clarification", "kind": kind}


def test_a_number_is_the_same_however_it_is_written():
    assert same_command(command(weight=30), command(weight=30.0))
    assert same_command(command(weight="30"), command(weight=30.0))
    assert same_command(command(weight=1.5), command(weight="1.5"))
    assert not same_command(command(weight=30), command(weight=30.5))


def test_yes_and_one_are_not_the_same():
    assert same_command(command(sign=True), command(sign="true"))
    assert not same_command(command(sign=True), command(sign=1))


def test_several_values_are_the_same_in_their_order():
    assert same_command(command(to=["a", "b"]), command(to=("a", "b")))
    assert not same_command(command(to=["a", "b"]), command(to=["b", "a"]))


def test_flags_have_no_order():
    assert same_command(command() | {"flags": ["a", "b"]}, command() | {"flags": ["b", "a"]})


def test_questions_are_the_same_if_they_are_of_one_kind():
    assert same_answer(question("typo"), question("typo"))
    assert not same_answer(question("typo"), question("unclear"))
    assert not same_answer(question("typo"), command())
