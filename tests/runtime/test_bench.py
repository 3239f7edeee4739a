"""What `sayso bench` measures is what it says it measures."""

import os
import time

import pytest

from sayso.runtime.bench import Bench, Latency, bench, cpu_name, resident_bytes, text_of_tokens
from tiny_model import write_bundle


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Bench:
    return bench(write_bundle(tmp_path_factory.mktemp("tiny") / "bundle", max_length=100), runs=20)


def test_each_length_is_measured_with_a_text_of_just_so_many_tokens(measured):
    assert [latency.tokens for latency in measured.latencies] == [6, 13, 32, 64]


def test_percentiles_rise(measured):
    for latency in measured.latencies:
        assert 0 < latency.p50_ms <= latency.p95_ms <= latency.p99_ms


def test_loading_is_measured_in_another_process(measured):
    assert 20 < measured.load_ms < 5000
    assert measured.texts_per_second > 10
    assert measured.resident_bytes is None or measured.resident_bytes > 10e6


def test_a_text_never_has_more_tokens_than_asked(model):
    for tokens in range(2, 32):
        text = text_of_tokens(lambda text: len(model.token_ids(text)), tokens)
        assert len(model.token_ids(text)) == tokens


def test_where_no_word_fits_the_text_is_a_little_shorter():
    assert len(text_of_tokens(lambda text: 5 * len(text.split()), 13).split()) == 2


def test_the_figures_become_plain_json(measured):
    document = measured.to_dict()
    assert document["latencies"][0] == {
        "tokens": 6,
        **{name: getattr(measured.latencies[0], name) for name in ("p50_ms", "p95_ms", "p99_ms")},
    }
    assert isinstance(measured.latencies[0], Latency)


def test_the_processor_is_named_with_its_number_of_cores():
    assert cpu_name().endswith(f"{os.cpu_count()} CPUs")


def test_memory_grows_with_what_is_kept():
    if resident_bytes() is None:
        pytest.skip("this system does not tell")
    before, kept = resident_bytes(), bytearray(os.urandom(1) * 30_000_000)
    assert resident_bytes() - before > 20_000_000
    assert len(kept) == 30_000_000


def test_a_model_stays_flat_in_memory_over_many_lengths_of_text(model):
    if resident_bytes() is None:
        pytest.skip("this system does not tell")
    texts = ["x " * (number % 40) for number in range(2000)]
    model.predict(texts)
    before, started = resident_bytes(), time.monotonic()
    while time.monotonic() - started < 1:
        for text in texts:
            model.predict(text)
    assert resident_bytes() - before < 4_000_000
