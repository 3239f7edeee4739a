"""What may be given to `sayso.load`, and what is said about everything else."""

import importlib
import subprocess
import sys

import huggingface_hub.constants
import pytest
import yaml

import registry.hub
import sayso
from registry.hub import REPO, Repo, serving
from sayso.errors import ArtifactError, BundleError, InputError, MissingExtra, ProjectError, Unreachable
from sayso.loading import candidate_of, model_from_environment
from sayso.registry import add, promote
from tiny_model import write_bundle
from tiny_networks import ARCHITECTURES, NLI, write_classifier

LABELS = ("buy", "hours", "other")
TEXT = "can i buy bread today"


@pytest.fixture(autouse=True)
def nothing_around(tmp_path, monkeypatch):
    """Caches of its own, no hub, no names of models in the environment, and an empty current folder."""
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for name in ("SAYSO_MODEL", "HF_INTENT_MODEL", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def project(tiny_base, tmp_path):
    """A project that says what its labels mean, and has built nothing."""
    folder = tmp_path / "shop"
    folder.mkdir()
    labels = {"buy": "wants to buy bread or cake", "hours": "asks when the shop is open", "other": "anything else"}
    head = {"type": "choice", "labels": labels, "fallback": "other"}
    (folder / "sayso.yaml").write_text(yaml.safe_dump({"name": "shop", "base": str(tiny_base), "heads": {"kind": head}}, sort_keys=False))
    return sayso.Project.load(folder)


@pytest.fixture
def hub(monkeypatch):
    """A hub of our own."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    listing = (("GET",), rf"/api/models/{REPO}/tree/(?P<revision>[^/]+)", files_at)
    monkeypatch.setattr(registry.hub, "ROUTES", [*registry.hub.ROUTES, listing])
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def files_at(asked, repo, revision):
    """The hub's page that lists all files of a commit."""
    _, files = asked.commit_of(repo, revision)
    return [{"type": "file", "path": name, "size": len(content), "oid": "0" * 40} for name, content in files.items()]


def put_on(hub, name, folder):
    hub.repos[name] = Repo(private=False)
    hub.repos[name].commit({path.name: path.read_bytes() for path in folder.iterdir()}, "all of it")


def test_a_folder_of_a_bundle_or_of_a_built_project_is_loaded(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "sayso.yaml").write_text("name: shop\n")
    bundle = write_bundle(tmp_path / "shop" / "build" / "bundle")
    answers = [sayso.load(source).predict("grep it") for source in (bundle, str(bundle), tmp_path / "shop", bundle / "manifest.json")]
    assert answers == answers[:1] * 4


def test_a_reference_means_a_version_in_the_registry(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYSO_REGISTRY", str(tmp_path / "registry"))
    bundle = write_bundle(tmp_path / "bundle")
    promote(add(tmp_path / "registry", bundle, "intents"))
    assert sayso.load("registry:intents@production").predict("grep it") == sayso.load(bundle).predict("grep it")
    with pytest.raises(InputError, match="has no alias or version 'prodction'; did you mean 'production'"):
        sayso.load("registry:intents@prodction")


def test_trained_weights_answer_by_torch(tiny_build):
    with sayso.load(tiny_build / "build" / "weights") as model:
        assert model.labels == LABELS
        assert model.predict("buy bread").label == "buy"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_fine_tuned_hugging_face_folder_answers_with_its_own_labels(tmp_path, architecture):
    folder = write_classifier(tmp_path / "network", LABELS, architecture)
    with sayso.load(folder) as model:
        prediction = model.predict(TEXT)
        assert model.labels == LABELS
        assert model.predict([TEXT, "hello"])[0] == prediction
    assert sum(prediction.scores.values()) == pytest.approx(1)
    assert list(prediction.heads) == ["intent"]


def test_a_network_takes_its_heads_name_fallback_and_bands_from_a_project_with_its_labels(tmp_path, project):
    folder = write_classifier(tmp_path / "network", ("other", "hours", "buy"))
    model = sayso.load(folder, project=project)
    assert list(model.heads) == ["kind"]
    assert model.heads["kind"].fallback == "other"
    assert model.labels == ("other", "hours", "buy")
    assert list(sayso.load(write_classifier(tmp_path / "strange", ("a", "b")), project=project).heads) == ["intent"]


def test_a_network_of_several_labels_at_once_has_a_tags_head(tmp_path):
    folder = write_classifier(tmp_path / "network", LABELS, problem_type="multi_label_classification")
    prediction = sayso.load(folder).predict(TEXT)
    assert prediction.label is None
    assert set(prediction.heads["intent"].scores) == set(LABELS)


def test_a_network_for_inference_answers_for_the_projects_labels(tmp_path, project):
    folder = write_classifier(tmp_path / "network", NLI)
    plain, named = sayso.load(folder, project=project), sayso.load(f"zero-shot:{folder}", project=project.folder)
    assert plain.labels == named.labels == LABELS
    assert plain.predict(TEXT) == named.predict(TEXT)


def test_zero_shot_is_what_the_current_folders_project_says(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    assert sayso.load("zero-shot").predict("asks when the shop is open").label == "hours"
    assert sayso.load("zero-shot", project=project).predict("x q z") == sayso.load("zero-shot").predict("x q z")


def test_zero_shot_outside_of_any_project_says_so():
    with pytest.raises(ProjectError, match="no project here"):
        sayso.load("zero-shot")


def test_zero_shot_may_name_another_base(project, monkeypatch):
    from sayso.zeroshot import cache

    bases = []

    def made(project, progress):
        bases.append(project.base)
        return write_bundle(project.folder / "made")

    monkeypatch.setattr(cache, "cached_bundle", made)
    sayso.load("zero-shot:e5-multilingual", project=project)
    assert bases == ["e5-multilingual"]


def test_a_folder_called_zero_shot_is_loaded_by_its_path(tmp_path, monkeypatch):
    write_bundle(tmp_path / "here" / "zero-shot")
    assert sayso.load("./zero-shot").labels


def test_a_hub_id_is_fetched_and_then_loaded_without_the_hub(hub, tmp_path, monkeypatch):
    folder = write_classifier(tmp_path / "network", LABELS)
    put_on(hub, "ana/intents", folder)
    first = sayso.load("ana/intents").predict(TEXT)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert sayso.load("ana/intents").predict(TEXT) == first == sayso.load(folder).predict(TEXT)


def test_a_network_for_inference_may_be_on_the_hub(hub, tmp_path, project):
    put_on(hub, "ana/nli", write_classifier(tmp_path / "network", NLI))
    assert sayso.load("zero-shot:ana/nli", project=project).labels == LABELS


def test_a_bundle_may_be_on_the_hub(hub, tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    put_on(hub, "ana/bundle", bundle)
    assert sayso.load("ana/bundle").predict("grep it") == sayso.load(bundle).predict("grep it")


def test_a_hub_id_that_the_hub_does_not_know_is_said_in_one_line(hub):
    with pytest.raises(ArtifactError) as refused:
        sayso.load("ana/nothing")
    assert "no such model on the Hugging Face hub" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("source", ["ana/intents", "zero-shot:mdeberta"])
def test_a_hub_that_cannot_be_reached_is_said_in_one_line(source, project):
    with pytest.raises(Unreachable) as refused:
        sayso.load(source, project=project)
    assert "cannot be reached; name a folder" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 4


def test_without_the_hubs_package_a_hub_id_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtra, match=r"'ana/intents' is no folder here; fetching it .*pip install 'sayso\[train\]'"):
        sayso.load("ana/intents")


def test_without_torch_a_network_says_what_to_install(tmp_path, monkeypatch):
    folder = write_classifier(tmp_path / "network", LABELS)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"pip install 'sayso\[train\]'"):
        sayso.load(folder)


@pytest.mark.parametrize("source", ["nowhere", "some where/else/at all", "intents@production", "zeroshot", "zero-shot:", "build/"])
def test_what_means_nothing_is_answered_with_what_would(source):
    with pytest.raises(BundleError, match=r"there is no such folder; a model is the folder of a bundle or .*, or zero-shot"):
        sayso.load(source)


def test_a_mistyped_name_in_a_folder_that_is_there_is_not_looked_for_on_the_hub(tmp_path):
    (tmp_path / "here" / "build").mkdir()
    with pytest.raises(BundleError, match="build/bundel: there is no such folder"):
        sayso.load("build/bundel")


def test_an_empty_folder_and_a_file_are_answered_with_what_to_give_instead(tmp_path):
    with pytest.raises(BundleError, match=r"neither a bundle \(manifest.json\) nor a project"):
        sayso.load(tmp_path / "here")
    (tmp_path / "file.txt").write_text("text")
    with pytest.raises(BundleError, match="this is a file; give the folder"):
        sayso.load(tmp_path / "file.txt")


def test_a_base_model_is_told_from_a_classifier(tiny_base, project):
    for source in (tiny_base, f"zero-shot:{tiny_base}"):
        with pytest.raises(ArtifactError, match=r"not trained to classify texts \(BertModel\); a base model is named as `base:`"):
            sayso.load(source, project=project)


def test_a_network_that_gives_one_number_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="gives one number, not a choice of labels"):
        sayso.load(write_classifier(tmp_path / "network", ("LABEL_0",)))


def test_a_network_without_some_of_its_weights_is_refused(tmp_path):
    from safetensors.torch import load_file, save_file

    weights = write_classifier(tmp_path / "network", LABELS) / "model.safetensors"
    kept = {name: tensor for name, tensor in load_file(weights).items() if not name.startswith("classifier")}
    save_file(kept, weights, metadata={"format": "pt"})
    with pytest.raises(ArtifactError, match=r"weights lack 2 of its tensors, such as classifier\.bias"):
        sayso.load(weights.parent)


def test_whatever_can_be_loaded_can_be_judged(tmp_path, project):
    from sayso.evaluate.files import evaluate_file

    (tmp_path / "rows.jsonl").write_text('{"text": "wants to buy bread or cake", "kind": "buy"}\n{"text": "hello", "kind": "other"}\n')
    network, inference = write_classifier(tmp_path / "network", LABELS), write_classifier(tmp_path / "inference", NLI)
    for source in ("zero-shot", f"zero-shot:{inference}", network):
        assert evaluate_file(candidate_of(source, project=project), tmp_path / "rows.jsonl")["figures"]["rows"] == 2


def test_the_environment_names_the_model(tmp_path, project, monkeypatch):
    bundle = write_bundle(tmp_path / "bundle")
    monkeypatch.setenv("HF_INTENT_MODEL", str(write_classifier(tmp_path / "network", LABELS)))
    assert model_from_environment(project).labels == LABELS
    monkeypatch.setenv("SAYSO_MODEL", str(bundle))
    assert "SymbolQuery" in model_from_environment(project).labels


def test_without_a_name_in_the_environment_it_is_the_projects_bundle_or_zero_shot(project):
    assert model_from_environment(project).labels == LABELS
    write_bundle(project.build / "bundle")
    assert "SymbolQuery" in model_from_environment(project).labels


def test_mdeberta_in_the_environment_is_zero_shot_by_the_usual_network(project, monkeypatch):
    monkeypatch.setenv("HF_INTENT_MODEL", "mdeberta")
    with pytest.raises(Unreachable, match="MoritzLaurer/mDeBERTa-v3-base-mnli-xnli"):
        model_from_environment(project)


def test_loading_a_bundle_imports_no_more_than_the_runtime(tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    program = (
        "import sayso, sys; sayso.load(sys.argv[1]);"
        "heavy = {'torch', 'transformers', 'pydantic', 'yaml', 'huggingface_hub', 'sklearn'};"
        "print(sorted(heavy & set(sys.modules)), sorted(name for name in sys.modules if name.startswith('sayso.zeroshot')))"
    )
    said = subprocess.run([sys.executable, "-c", program, str(bundle)], capture_output=True, text=True, check=True)
    assert said.stdout == "[] []\n"


@pytest.mark.parametrize("kind", ["sayso.runtime.model.Model", "sayso.network.answering.TorchModel"])
def test_every_model_does_what_the_protocol_promises(kind):
    module, _, name = kind.rpartition(".")
    promised = {part for part in vars(sayso.Predictor) if not part.startswith("_")}
    made = getattr(importlib.import_module(module), name)
    assert promised - {"spec"} <= set(dir(made))
