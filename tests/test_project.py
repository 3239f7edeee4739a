import pytest

from sayso.errors import ProjectError
from sayso.project import Project

GOOD = """\
name: shop
heads:
  intent:
    type: choice
    labels:
      order: Buy something
      refund: Get money back
data:
  - templates: templates
"""


@pytest.fixture
def load(tmp_path):
    def from_text(text):
        (tmp_path / "sayso.yaml").write_text(text, encoding="utf-8")
        return Project.load(tmp_path)

    return from_text


def test_a_short_project_is_enough_and_everything_else_has_a_default(load, tmp_path):
    project = load(GOOD)
    assert project.heads["intent"].labels["order"].description == "Buy something"
    assert project.main_head == "intent"
    assert project.base == "minilm"
    assert project.build == tmp_path / "build"


def test_labels_may_be_a_plain_list(load):
    project = load(GOOD.replace("      order: Buy something\n      refund: Get money back\n", "      - order\n      - refund\n"))
    assert list(project.heads["intent"].labels) == ["order", "refund"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("heads:", "heds:", r"sayso\.yaml:2: unknown key 'heds'; did you mean 'heads'\?"),
        ("    type: choice", "    typ: choice", r"sayso\.yaml:4: unknown key 'heads\.intent\.typ'; did you mean 'type'\?"),
        ("    type: choice", "    type: choise", r"sayso\.yaml:4: heads\.intent\.type: .*'choice'.* \(found 'choise'\)"),
        (
            "  - templates: templates",
            "  - template: templates",
            r"sayso\.yaml:9: unknown key 'data\.0\.template'; did you mean 'templates'\?",
        ),
        ("      refund: Get", "      order: Get", r"sayso\.yaml:7: 'order' is given twice, first on line 6"),
        ("name: shop", "name: My Shop", r"sayso\.yaml:1: name: .*found 'My Shop'"),
        ("name: shop", "name: shop\ntrain: {epochs: three}", r"sayso\.yaml:2: train\.epochs: .*found 'three'"),
        ("name: shop", "name: shop\ntrain: {epoch: 3}", r"sayso\.yaml:2: unknown key 'train\.epoch'; did you mean 'epochs'\?"),
        ("name: shop", "name: shop\nllm: {sft: {epoch: 3}}", r"sayso\.yaml:2: unknown key 'llm\.sft\.epoch'; did you mean 'epochs'\?"),
        ("name: shop", "name: shop\ntrain: 3", r"sayso\.yaml:2: 'train' must be a mapping \(found 3\)"),
        ("name: shop", "name: shop\ncommands: 5", r"sayso\.yaml:2: 'commands' must name a file \(found 5\)"),
        ("name: shop", "name: shop\ngates: ['intent.accuracy above 0.9']", r"sayso\.yaml:2: gates\.0: .* is not a gate; write it like"),
        ("name: shop", "name: shop\nbands: {execute: 0.5}", r"sayso\.yaml:2: bands: bands must descend"),
        ("name: shop", "name: shop\nsplits: {train: 0.9}", r"sayso\.yaml:2: splits: .*add up to 1\.2; make them 1"),
        (
            "    type: choice",
            "    type: choice\n    fallback: odrer",
            r"sayso\.yaml:3: .*'odrer' is not a label of this head; did you mean 'order'\?",
        ),
        ("    type: choice", "    type: score", r"a score head gives a number in \[0, 1\]; it has no labels"),
        ("  intent:", "  text:", r"'text' cannot be a head's name"),
        ("  - templates: templates", "  - language: en", r"sayso\.yaml:9: data\.0: a source names one of"),
    ],
)
def test_a_mistake_is_answered_with_its_line_and_its_mend(load, old, new, message):
    with pytest.raises(ProjectError, match=message):
        load(GOOD.replace(old, new, 1))


def test_duplicate_labels_in_a_list_are_refused(load):
    with pytest.raises(ProjectError, match="label 'order' is given twice; keep one"):
        load(GOOD.replace("      order: Buy something\n      refund: Get money back\n", "      - order\n      - refund\n      - order\n"))


def test_a_choice_of_one_label_is_refused(load):
    with pytest.raises(ProjectError, match="a choice head needs at least two labels"):
        load(GOOD.replace("      refund: Get money back\n", ""))


def test_more_than_one_mistake_is_counted(load):
    with pytest.raises(ProjectError, match=r"\(and 1 more\)"):
        load("namee: shop\n" + GOOD.replace("name: shop\n", ""))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_a_file_that_is_no_mapping_says_what_a_project_begins_with(load, text):
    with pytest.raises(ProjectError, match="a project is a mapping"):
        load(text)


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path):
    with pytest.raises(ProjectError, match="sayso init"):
        Project.load(tmp_path)


def test_the_digest_of_a_section_changes_with_that_section_only(load):
    before, after = load(GOOD), load(GOOD + "train: {epochs: 9}\n")
    assert before.digest("train") != after.digest("train")
    assert before.digest("heads") == after.digest("heads")


def test_a_gate_reads_back_as_it_was_written(load):
    assert str(load(GOOD + "gates: ['intent.accuracy >= 0.9']\n").gates[0]) == "intent.accuracy >= 0.9"


HEADED = GOOD.replace("heads:\n", "heads:\n  score: {type: score}\n  tier: {type: choice, ordered: true, labels: [a, b]}\n")


def test_rules_estimate_a_score_and_an_ordered_choice(load):
    assert load(HEADED + "rules: {}\n").rules.model_share == 0.6
    assert load(HEADED + "rules: {model_share: fit}\n").rules.model_share == "fit"


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("rules: {tier: intent}\n", "rules estimate an ordered choice head, and 'intent' is none"),
        ("rules: {score: tier}\n", "rules estimate a score head, and 'tier' is none"),
        ("rules: {tier: teir}\n", "did you mean 'tier'"),
        ("rules: {mod: hybrid}\n", "unknown key 'rules.mod'; did you mean 'mode'?"),
        ("rules: {model_share: 2}\n", "`model_share` is a share from 0 to 1"),
        ("rules: {unsure: [0.7, 0.2]}\n", "`unsure` is a range of scores"),
        ("train: {best_by: scroe}\n", "train.best_by names 'scroe', which is no head; did you mean 'score'?"),
    ],
)
def test_rules_that_do_not_fit_the_heads_are_answered_with_their_mend(load, added, message):
    with pytest.raises(ProjectError) as error:
        load(HEADED + added)
    assert message in str(error.value)
    assert "sayso.yaml:" in str(error.value)


def test_a_gate_may_speak_of_how_well_pieces_are_marked(load):
    marking = GOOD.replace("heads:\n", "heads:\n  slots: {type: spans, labels: [number, name]}\n")
    assert (
        len(load(marking + "gates: [slots.micro_f1 >= 0.8, slots.f1.number >= 0.7, slots.recall.name >= 0.5, slots.exact >= 0.6]\n").gates)
        == 4
    )
    with pytest.raises(ProjectError, match="a spans head has no figure 'ece'"):
        load(marking + "gates: [slots.ece <= 0.05]\n")
    with pytest.raises(ProjectError, match="a spans head needs at least one label"):
        load(GOOD.replace("heads:\n", "heads:\n  slots: {type: spans}\n"))


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("intent.acuracy >= 0.9", "a choice head has no figure 'acuracy'; did you mean 'accuracy'?"),
        ("itnent.accuracy >= 0.9", "begins with no head and no figure of the whole model; did you mean 'intent'?"),
        ("score.accuracyy >= 0.9", "a score head has no figure"),
    ],
)
def test_a_gate_on_a_figure_that_no_report_has_is_refused_before_anything_is_trained(load, gate, message):
    with pytest.raises(ProjectError) as error:
        load(HEADED + f"gates:\n  - size_mb <= 40\n  - intent.f1.order >= 0.5\n  - {gate}\n")
    assert message in str(error.value)
    assert "sayso.yaml:15" in str(error.value)


def test_a_known_key_in_the_wrong_place_is_told_where_it_belongs(load):
    with pytest.raises(ProjectError, match="unknown key 'allow_fewer'; it belongs under `generate:`"):
        load(GOOD + "allow_fewer: true\n")


def test_a_tie_breaker_is_for_people_and_nothing_is_built_again_for_it(tmp_path):
    def digest(label):
        (tmp_path / "sayso.yaml").write_text(f"name: shop\nheads: {{intent: {{type: choice, labels: {{a: {label}, b: cake}}}}}}\n")
        return Project.load(tmp_path).digest("heads")

    assert digest("{description: bread}") == digest("{description: bread, tie_breakers: [in doubt b]}")
    assert digest("{description: bread}") != digest("{description: other}")
