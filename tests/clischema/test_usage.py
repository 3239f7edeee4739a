import pytest

from sayso.clischema.usage import read_usage


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("list [flags]", ""),
        ("merge [<number> | <url> | <branch>]", "[number]"),
        ("view {<number> | <url>}", "number"),
        ("delete {<alias> | --all}", "[alias]"),
        ("clone <repository> [<directory>] [-- <gitflags>...]", "repository [directory]"),
        ("cp [-e] [-r] [-- [<scp flags>...]] <sources>... <dest>", "sources... dest"),
        ("create [<filename>... | <pattern>... | -]", "[filename...]"),
        ("rm [OPTIONS] CONTAINER [CONTAINER...]", "container..."),
        ("inspect [OPTIONS] [CONTEXT] [CONTEXT...]", "[context...]"),
        ("inspect [OPTIONS] self|NODE [NODE...]", "node..."),
        ("build [OPTIONS] PATH | URL | -", "path"),
        ("pull [OPTIONS] NAME[:TAG|@DIGEST]", "name"),
        ("scale SERVICE=REPLICAS [SERVICE=REPLICAS...]", "service-replicas..."),
        ("create [<task description>] [flags]", "[task-description]"),
        ("rename X X", "x x-2"),
        ("edit {<numbers> | <urls>}", "numbers..."),
        ("odd [<unclosed", "unclosed"),
        ("", ""),
    ],
)
def test_positionals_are_read_from_a_usage_line(line, told):
    shown = []
    for argument in read_usage(line).positionals:
        word = argument.name + ("..." if argument.repeatable else "")
        shown.append(word if argument.required else f"[{word}]")
    assert " ".join(shown) == told


def test_a_program_that_is_started_gets_what_comes_after_it():
    usage = read_usage("run [OPTIONS] IMAGE [COMMAND] [ARG...]")
    assert usage.options_first
    assert not read_usage("rm [OPTIONS] CONTAINER [CONTAINER...]").options_first


def test_literal_words_are_an_enum():
    [argument] = read_usage("join-token [OPTIONS] (worker|manager)").positionals
    assert (argument.type, argument.values) == ("enum", ("worker", "manager"))


def test_what_is_left_out_is_said():
    assert read_usage("clone <repository> [-- <gitflags>...]").left_out == ("[-- <gitflags>...]",)
