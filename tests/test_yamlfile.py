import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.errors import ProjectError
from sayso.yamlfile import read_yaml


def write(folder, text):
    path = folder / "sayso.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_line_of_a_value_is_known(tmp_path):
    file = read_yaml(write(tmp_path, "name: x\nheads:\n  intent:\n    labels:\n      - a\n      - b\n"))
    assert file.line_of(["heads", "intent"]) == 3
    assert file.line_of(["heads", "intent", "labels", 1]) == 6


def test_the_line_of_something_that_is_not_there_is_that_of_its_parent(tmp_path):
    assert read_yaml(write(tmp_path, "name: x\nheads:\n  intent: {}\n")).line_of(["heads", "intent", "type"]) == 3


def test_a_key_given_twice_is_refused_with_both_lines(tmp_path):
    path = write(tmp_path, "name: x\nlabels:\n  a: 1\n  b: 2\n  a: 3\n")
    with pytest.raises(ProjectError, match=r"sayso\.yaml:5: 'a' is given twice, first on line 3"):
        read_yaml(path, ProjectError)


@pytest.mark.parametrize("text", ["a: [1, 2", "a: b: c", "\tx: 1", "a: !!python/object:os.system {}", "a: &x [*x"])
def test_broken_yaml_is_refused_with_file_and_line(tmp_path, text):
    with pytest.raises(ProjectError, match=r"sayso\.yaml:\d+: this is not valid YAML"):
        read_yaml(write(tmp_path, text), ProjectError)


def test_a_byte_order_mark_is_no_problem(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfname: x\n")
    assert read_yaml(tmp_path / "a.yaml").value == {"name": "x"}


def test_a_file_that_is_not_utf8_says_how_to_save_it(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ProjectError, match="save it as UTF-8"):
        read_yaml(tmp_path / "a.yaml", ProjectError)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_crash(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    path.write_bytes(data)
    try:
        read_yaml(path, ProjectError)
    except ProjectError as error:
        assert str(path) in str(error)
