"""Opening decoders by name, once, and reading texts as they do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch

import fakes
from tutor import paths
from tutor.engine import loading, sampling
from tutor.errors import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.checkpoint(tmp_path_factory.mktemp("model") / "tiny", context=16)


def test_a_model_is_opened_once(folder: Path) -> None:
    assert loading.decoder(str(folder), "cpu") is loading.decoder(str(folder), "cpu")


def test_a_model_that_was_tuned_again_is_read_again(tmp_path: Path) -> None:
    folder = fakes.checkpoint(tmp_path / "tuned", seed=1)
    before = loading.decoder(str(folder), "cpu")
    fakes.checkpoint(folder, seed=2)
    os.utime(folder / "model.safetensors", ns=(1, 1))  # as if written in another clock tick
    after = loading.decoder(str(folder), "cpu")
    assert after is not before
    assert not torch.equal(after.model.lm_head.weight, before.model.lm_head.weight)


def test_a_model_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    fakes.checkpoint(tmp_path / "storyteller")
    (tmp_path / "gapfiller").mkdir()
    (tmp_path / "gapfiller" / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(InputError, match=r"gapfiller: not a decoder but encoder; choose one of: storyteller"):
        loading.decoder("gapfiller", "cpu")


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(tmp_path: Path) -> None:
    folder = fakes.checkpoint(tmp_path / "small", vocab_size=100)
    with pytest.raises(InputError, match=r"the model 100"):
        loading.decoder(str(folder), "cpu")


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    folder = fakes.checkpoint(tmp_path / "bare")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"tokenizer\.json: no such file"):
        loading.decoder(str(folder), "cpu")


def test_tokens_say_where_they_stand(folder: Path) -> None:
    encoded = loading.encode(loading.decoder(str(folder), "cpu"), "The cat sat")
    assert [(token.text, token.start, token.end) for token in encoded.tokens] == [
        ("The", 0, 3), (" cat", 3, 7), (" sat", 7, 11),
    ]  # fmt: skip
    assert encoded.truncated == 0


def test_of_a_long_text_the_last_tokens_are_kept_and_the_rest_counted(folder: Path) -> None:
    loaded = loading.decoder(str(folder), "cpu")
    text = "The" + " cat sat" * 10
    encoded = loading.encode(loaded, text, reserve=4)
    assert len(encoded.tokens) == 12
    assert encoded.truncated == 21 - 12
    assert text[encoded.tokens[0].start :] == " cat sat" * 6


def test_of_a_long_text_the_first_tokens_can_be_kept(folder: Path) -> None:
    encoded = loading.encode_beginning(loading.decoder(str(folder), "cpu"), "The" + " cat sat" * 50, 31)
    assert (len(encoded.tokens), encoded.truncated, encoded.tokens[0].text) == (31, 70, "The")


def test_a_file_that_says_to_truncate_is_not_obeyed(tmp_path: Path) -> None:
    folder = fakes.checkpoint(tmp_path / "cutting")
    state = json.loads((folder / "tokenizer.json").read_text())
    state["truncation"] = {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}
    (folder / "tokenizer.json").write_text(json.dumps(state))
    assert len(loading.encode(loading.decoder(str(folder), "cpu"), "The cat sat on it").tokens) == 5


def test_an_empty_text_is_an_error_only_where_a_token_is_needed(folder: Path) -> None:
    loaded = loading.decoder(str(folder), "cpu")
    assert loading.encode(loaded, "").tokens == ()
    with pytest.raises(InputError, match="empty"):
        loading.encode_some(loaded, "")
    with pytest.raises(InputError, match="empty"):
        loading.encode_beginning(loaded, "", 5)


def test_nothing_is_read_as_the_start_token(folder: Path) -> None:
    loaded = loading.decoder(str(folder), "cpu")
    assert loaded.start() == 0
    assert torch.equal(loading.next_logits(loaded, []), loading.next_logits(loaded, [0]))


def test_the_last_logits_are_kept_and_sampling_leaves_them_as_they_are(folder: Path) -> None:
    """The same text again costs no forward pass, whatever temperature and filters did with its logits."""
    loaded = loading.decoder(str(folder), "cpu")
    first = loading.next_logits(loaded, [5, 6])
    before = first.clone()
    sampling.filtered(first, sampling.SamplingOptions(0.5, 3, 0.9, 0.1, 1.5), [5, 6])
    assert loading.next_logits(loaded, [5, 6]) is first and torch.equal(first, before)
    assert not torch.equal(loading.next_logits(loaded, [6, 5]), first)


def test_the_next_logits_are_those_of_the_last_position(folder: Path) -> None:
    loaded = loading.decoder(str(folder), "cpu")
    whole = loaded.model(torch.tensor([[5, 6, 7]]))[0]
    torch.testing.assert_close(loading.next_logits(loaded, [5, 6, 7]), whole[-1])


def test_a_model_without_a_start_token_says_so(tmp_path: Path) -> None:
    loaded = fakes.known(tmp_path, torch.zeros(3, 3))
    loaded.model.config = fakes.tiny_config(bos_token_id=None, eos_token_id=None)
    with pytest.raises(InputError, match="no token that begins a text"):
        loaded.start()
