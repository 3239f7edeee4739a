"""The run: what the best epoch is chosen by, how fast each part learns, and several heads at once."""

import numpy as np
import pytest

from sayso.network.model import NO_CHOICE
from sayso.project import Head
from sayso.train import train
from sayso.train.figures import METRIC, figures
from sayso.train.fit import Fit


def test_heads_of_every_type_learn_together_from_rows_that_know_only_some(three_headed):
    project, data = three_headed
    first, *_, last = train(project, data, project.build / "weights").manifest["history"]
    assert {"tier", "domains", "score", METRIC} <= last.keys()
    assert last["train_loss"] < first["train_loss"]
    assert last[METRIC] == pytest.approx((last["tier"] + last["domains"] + last["score"]) / 3, abs=1e-4)
    assert last[METRIC] > first[METRIC]


def test_the_figures_are_those_of_scikit_learn_on_the_rows_that_are_known():
    heads = {
        "tier": Head(type="choice", labels=["a", "b", "c"]),
        "tags": Head(type="tags", labels=["x", "y"]),
        "score": Head(type="score"),
    }
    outputs = np.eye(3)[[0, 1, 1, 2]], np.array([[2.0, -1], [-1, -1], [1, 1], [5, 5]]), np.array([0.2, 0.5, 0.9, 0.1])
    labels = np.array([0, 1, 2, NO_CHOICE]), np.array([[1, 0], [0, 1], [1, 1], [np.nan] * 2]), np.array([0.0, 0.5, np.nan, 0.2])
    found = figures(heads, outputs, labels)
    assert found["tier"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert found["tags"] == pytest.approx(6 / 7)
    assert found["score"] == pytest.approx(1 - (0.2 + 0 + 0.1) / 3)
    assert found[METRIC] == pytest.approx((found["tier"] + found["tags"] + found["score"]) / 3)


def test_a_head_that_no_validation_row_knows_has_no_figure():
    heads = {"tier": Head(type="choice", labels=["a", "b"]), "score": Head(type="score")}
    outputs, labels = (np.eye(2), np.array([0.5, 0.5])), (np.array([0, 1]), np.array([np.nan, np.nan]))
    found = figures(heads, outputs, labels)
    assert found == {"tier": 1.0, METRIC: 1.0}


def test_heads_learn_faster_than_the_encoder_and_biases_do_not_decay(tiny_project, tiny_base):
    settings = tiny_project.with_section("train", {"learning_rate": 1e-4, "head_learning_rate_factor": 20, "weight_decay": 0.01})
    fit = Fit.prepare(settings, tiny_base, [], [], "cpu")
    groups = {(round(group["lr"], 6), group["weight_decay"]): {p.ndim for p in group["params"]} for group in fit._optimizer().param_groups}
    assert groups == {(1e-4, 0.01): {2}, (1e-4, 0.0): {1}, (2e-3, 0.01): {2}, (2e-3, 0.0): {1}}


def test_without_validation_rows_all_epochs_are_trained_and_the_last_is_kept(tiny_project, tiny_data):
    (tiny_data.path / "val.jsonl").write_text("")
    made = train(tiny_project.with_section("train", {"epochs": 3}), tiny_data, tiny_project.build / "weights")
    assert [row.keys() for row in made.manifest["history"]] == [{"epoch", "train_loss"}] * 3
    assert made.manifest["best_epoch"] == 3


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
def test_the_rate_warms_up_and_then_follows_its_schedule(tiny_project, tiny_base, tmp_path, schedule):
    from transformers import Trainer

    settings = tiny_project.with_section("train", {"schedule": schedule, "warmup_steps": 4, "epochs": 10, "batch_size": 1})
    fit = Fit.prepare(settings, tiny_base, [], [], "cpu")
    fit.train_rows = [{}] * 2
    trainer = Trainer(model=fit.model, args=fit._arguments(tmp_path), optimizers=(fit._optimizer(), None), train_dataset=fit.train_rows)
    scheduler = trainer.create_scheduler(20)
    rates = []
    for _ in range(20):
        rates.append(scheduler.get_last_lr()[0] / settings.train.learning_rate)
        trainer.optimizer.step()
        scheduler.step()
    assert rates[:5] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert rates[12] == pytest.approx({"linear": 0.5, "cosine": 0.5, "constant": 1.0}[schedule])
    assert rates[-1] == pytest.approx(1.0) if schedule == "constant" else rates[-1] < 0.1
