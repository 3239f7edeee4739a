"""From a templates folder to the artifact `examples`."""

import hashlib
import textwrap

import pytest

from sayso.artifacts import open_artifact
from sayso.errors import DataError, TemplateError
from sayso.examples import read_split
from sayso.generate import generate
from sayso.generate.templates import read_templates
from sayso.project import SPLITS, Project

PINNED = "582247c0ae1ab3c5"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


SENTENCES = {
    "templates/sentences/en/buy/buy.yaml": """\
        language: en
        data:
          - sentences:
              - "<want> {goods}"
              - "{goods} for {day}"
              - "do you have {goods} [for] {day}"
              - "reserve {goods} for (me|us) {day}"
              - "(order|get) {goods} {day}"
        """,
    "templates/sentences/en/hours/hours.yaml": """\
        language: en
        data:
          - sentences:
              - "when do you (open|close) {day}"
              - "are you open {day}[ at {hour}]"
              - "opening (hours|times) {day}"
              - "until when [are you] open {day}"
              - "is the shop open {day} at {hour}"
            weight: 2
        """,
    "templates/lists/en/lists.yaml": """\
        language: en
        lists:
          goods: {values: [bread, rolls, cake, apple pie, muffins, pretzels, scones, bagels]}
          day: {values: [today, tomorrow, Monday, Tuesday, Friday, Sunday, at Easter]}
          hour: {range: {from: 6, to: 20}}
        """,
    "templates/rules/en/rules.yaml": """\
        language: en
        expansion_rules:
          want: "(I want|I'd like|can I have|give me)"
        """,
    "sayso.yaml": """\
        name: shop
        heads:
          intent:
            type: choice
            labels: [buy, hours]
        data:
          - templates: templates
        generate: {samples_per_label: 60, seed: 3}
        """,
}


@pytest.fixture
def shop(tmp_path):
    write(tmp_path, SENTENCES)
    return tmp_path


def made(folder):
    project = Project.load(folder)
    artifact = generate(project, folder / "out")
    return project, artifact, {name: read_split(artifact, name, project.heads) for name in SPLITS}


def test_every_label_gets_as_many_different_texts_as_asked(shop):
    _, artifact, splits = made(shop)
    rows = [row for name in SPLITS for row in splits[name]]
    assert len({row.text for row in rows}) == len(rows)
    assert len(rows) + artifact.manifest["near_leaks_left_out"] == 120


def test_the_same_seed_gives_the_same_bytes(shop):
    def digest(out):
        artifact = generate(Project.load(shop), shop / out)
        return {name: hashlib.sha256((artifact.path / f"{name}.jsonl").read_bytes()).hexdigest() for name in (*SPLITS, "verify")}

    assert digest("one") == digest("two")


def test_the_bytes_do_not_depend_on_platform_or_python(shop):
    generate(Project.load(shop), shop / "out")
    assert hashlib.sha256((shop / "out" / "train.jsonl").read_bytes()).hexdigest()[:16] == PINNED


def test_another_seed_gives_other_rows(shop):
    first = made(shop)[2]["train"]
    second = generate(Project.load(shop).with_section("generate", {"seed": 4}), shop / "other")
    assert {row.text for row in first} != {row.text for row in read_split(second, "train", Project.load(shop).heads)}


def test_one_more_template_does_not_change_what_the_others_give(shop):
    before = {template.id for template in read_templates(shop / "templates", "en")}
    path = shop / "templates/sentences/en/buy/buy.yaml"
    path.write_text(path.read_text().replace("  - sentences:\n", '  - sentences:\n      - "one {goods}"\n'))
    assert before < {template.id for template in read_templates(shop / "templates", "en")}


def test_no_template_is_in_two_splits(shop):
    _, _, splits = made(shop)
    groups = {name: {row.group for row in rows} for name, rows in splits.items()}
    assert all(not groups[one] & groups[other] for one in SPLITS for other in SPLITS if one < other)


def test_every_row_says_its_template_and_how_it_was_varied(shop):
    _, _, splits = made(shop)
    rows = [row for name in SPLITS for row in splits[name]]
    assert all(row.group.startswith("en/") and row.source.startswith("template") for row in rows)
    assert {row.source for row in rows} > {"template", "template+typo"}


def test_the_manifest_tells_what_every_template_can_give(shop):
    _, artifact, _ = made(shop)
    entry = next(entry for entry in artifact.manifest["templates"] if entry["template"] == "<want> {goods}")
    assert entry["possible"] == 32
    assert entry["at"] == "templates/sentences/en/buy/buy.yaml:4"


def test_a_label_that_cannot_reach_the_number_is_refused_with_what_to_do(shop):
    project = Project.load(shop).with_section("generate", {"samples_per_label": 5000})
    with pytest.raises(TemplateError, match=r"label 'buy' is asked for 5000 .* give \d+ \(counted: at most \d+\); write more templates"):
        generate(project, shop / "out")
    assert not (shop / "out").exists()


def test_fewer_are_taken_where_that_is_allowed_and_weigh_more(shop):
    project = Project.load(shop).with_section("generate", {"samples_per_label": 5000, "allow_fewer": True})
    artifact = generate(project, shop / "out")
    assert all(row.weight > 1 for row in read_split(artifact, "train", project.heads))


def test_a_mistake_in_a_template_is_told_with_its_line(shop):
    path = shop / "templates/sentences/en/hours/hours.yaml"
    path.write_text(path.read_text().replace("{hour}]", "{hours}]"))
    with pytest.raises(TemplateError, match=r"yaml:\d+: the slot \{hours\} has no list"):
        generate(Project.load(shop), shop / "out")
    path.write_text(path.read_text().replace("{hours}]", "<hour>]"))
    with pytest.raises(TemplateError, match=r"hours\.yaml:5: there is no rule <hour>"):
        generate(Project.load(shop), shop / "out")


def test_a_folder_that_is_no_label_is_answered_with_the_nearest_one(shop):
    (shop / "templates/sentences/en/hours").rename(shop / "templates/sentences/en/hour")
    with pytest.raises(TemplateError, match="'hour' is not a label of 'intent'; did you mean 'hours'"):
        generate(Project.load(shop), shop / "out")


def test_a_label_without_templates_is_refused(shop):
    (shop / "sayso.yaml").write_text((shop / "sayso.yaml").read_text().replace("[buy, hours]", "[buy, hours, complain]"))
    with pytest.raises(DataError, match="no templates for the label 'complain'"):
        generate(Project.load(shop), shop / "out")


def test_a_language_without_templates_is_told_with_those_that_have(shop):
    (shop / "sayso.yaml").write_text((shop / "sayso.yaml").read_text() + "languages: [it]\n")
    with pytest.raises(TemplateError, match="no templates for the language 'it'; its languages are en"):
        generate(Project.load(shop), shop / "out")


def test_examples_of_a_file_are_added_and_may_belong_to_one_split(shop):
    write(shop, {"real.jsonl": '{"text": "got any buns", "intent": "buy"}\n{"text": "u open?", "intent": "hours"}\n'})
    text = (
        (shop / "sayso.yaml")
        .read_text()
        .replace("- templates: templates", "- templates: templates\n  - {examples: real.jsonl, split: test}")
    )
    (shop / "sayso.yaml").write_text(text)
    _, _, splits = made(shop)
    assert {"got any buns", "u open?"} <= {row.text for row in splits["test"]}


def test_labels_of_a_block_speak_for_other_heads(shop):
    write(
        shop,
        {
            "sayso.yaml": SENTENCES["sayso.yaml"].replace("labels: [buy, hours]", "labels: [buy, hours]\n          urgency: {type: score}"),
            "templates/sentences/en/buy/urgent.yaml": """\
                language: en
                data:
                  - sentences: ["{goods} now", "{goods} at once"]
                    labels: {urgency: [0.8, 1.0]}
                """,
        },
    )
    _, _, splits = made(shop)
    found = [row.labels["urgency"] for name in SPLITS for row in splits[name] if "urgency" in row.labels]
    assert found and all(0.8 <= value <= 1.0 for value in found)


def test_a_block_cannot_say_which_pieces_of_its_texts_are_marked(shop):
    write(
        shop,
        {
            "sayso.yaml": SENTENCES["sayso.yaml"].replace(
                "labels: [buy, hours]", "labels: [buy, hours]\n          slots: {type: spans, labels: [goods]}"
            ),
            "templates/sentences/en/buy/marked.yaml": """\
                language: en
                data:
                  - sentences: ["{goods} now"]
                    labels: {slots: [goods]}
                """,
        },
    )
    with pytest.raises(TemplateError, match=r"marked\.yaml:\d+: `labels` cannot tell which pieces of a text 'slots' marks; give rows"):
        made(shop)


def test_a_home_assistant_folder_is_a_source_as_it_is(tmp_path):
    write(
        tmp_path,
        {
            "ha/sentences/en/HassTurnOn/light.yaml": """\
                language: "en"
                data:
                  - sentences:
                      - "<turn> on [the] {name}"
                      - "<turn> on [the] lights in [the] {area}"
                    response: "lights"
                """,
            "ha/sentences/en/timers.yaml": """\
                language: "en"
                intents:
                  HassStartTimer:
                    data:
                      - sentences: ["timer for {timer_minutes:minutes} minute[s]", "start a {timer_minutes:minutes} minute timer"]
                """,
            "ha/rules/en/verbs.yaml": 'language: "en"\nexpansion_rules:\n  turn: "(turn|switch)"\n',
            "ha/lists/en/lights.yaml": 'language: "en"\nlists:\n  color:\n    values:\n      - in: "red"\n        out: "red"\n',
        },
    )
    templates = read_templates(tmp_path / "ha", "en")
    assert [template.label for template in templates] == ["HassTurnOn", "HassTurnOn", "HassStartTimer", "HassStartTimer"]
    assert templates[2].count() == 200


def test_slots_of_a_language_nobody_prepared_are_filled_from_the_templates_own_examples(tmp_path):
    write(
        tmp_path,
        {
            "ha/sentences/nl/HassTurnOn/area.yaml": """\
                language: "nl"
                data:
                  - sentences: ["doe de lampen in de {area} aan"]
                    example: "doe de lampen in de keuken aan"
                  - sentences: ["zet {name} aan"]
                    example: "zet staande lamp aan"
                """
        },
    )
    templates = read_templates(tmp_path / "ha", "nl")
    assert templates[0].grammar.slots["area"].values == ("keuken",)
    assert templates[1].grammar.slots["name"].values == ("staande lamp",)


def test_the_sample_to_verify_has_the_same_share_of_every_label(shop):
    _, artifact, _ = made(shop)
    rows = (artifact.path / "verify.jsonl").read_text().splitlines()
    assert artifact.manifest["to_verify"] == len(rows) == 12
    assert open_artifact(shop / "out", "examples").manifest["seed"] == 3
