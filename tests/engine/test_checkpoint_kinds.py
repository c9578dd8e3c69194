"""Encoder–decoders and encoders saved by us and opened by transformers, and the other way round."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file

from tutor.engine.checkpoint_kinds import load_encoder, load_seq2seq, save
from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.initialisation import initialise
from tutor.engine.seq2seq import Seq2Seq, Seq2SeqConfig
from tutor.errors import InputError

transformers = pytest.importorskip("transformers", reason="the oracle of these tests; it is in the dev extra")

IDS = torch.arange(2, 18).view(2, 8)


def translator():
    model = Seq2Seq(Seq2SeqConfig(50, 32, 2, 2, 4, 4, 48, 48, max_position_embeddings=32))
    return _random(model)


def gap_filler():
    return _random(Encoder(EncoderConfig(50, 32, 2, 4, 48, max_position_embeddings=32)))


def _random(model):
    """Weights of which none is 0, so that none could be left out unseen."""
    initialise(model, 3, table=0.3)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for tensor in [*model.parameters(), *(b for n, b in model.named_buffers() if n == "final_logits_bias")]:
            tensor.add_(torch.empty_like(tensor).normal_(0, 0.2, generator=generator))
    return model.eval()


@torch.no_grad()
def test_a_saved_translator_has_the_same_logits_in_transformers_and_here(tmp_path):
    model = translator()
    save(model, tmp_path)
    theirs, about = transformers.MarianMTModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not about["unexpected_keys"] and not about["mismatched_keys"]
    expected = model(IDS, IDS)
    answer = theirs.eval()(input_ids=IDS, decoder_input_ids=IDS).logits
    assert (answer - expected).abs().max() <= 1e-4
    assert torch.equal(load_seq2seq(tmp_path)(IDS, IDS), expected)


@torch.no_grad()
def test_a_saved_gap_filler_has_the_same_logits_in_transformers_and_here(tmp_path):
    model = gap_filler()
    save(model, tmp_path)
    theirs, about = transformers.BertForMaskedLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not about["unexpected_keys"] and not about["mismatched_keys"]
    expected = model(IDS)
    assert (theirs.eval()(input_ids=IDS).logits - expected).abs().max() <= 1e-4
    assert torch.equal(load_encoder(tmp_path)(IDS), expected)


@torch.no_grad()
@pytest.mark.parametrize("kind", ["seq2seq", "encoder"])
def test_what_transformers_saves_opens_here_to_the_same_bytes(tmp_path, kind):
    model = translator() if kind == "seq2seq" else gap_filler()
    save(model, tmp_path / "ours")
    names = {"seq2seq": ("MarianMTModel", load_seq2seq), "encoder": ("BertForMaskedLM", load_encoder)}
    name, load = names[kind]
    getattr(transformers, name).from_pretrained(tmp_path / "ours").save_pretrained(tmp_path / "theirs")
    opened = load(tmp_path / "theirs")
    assert all(torch.equal(tensor, model.state_dict()[name]) for name, tensor in opened.state_dict().items())


def test_half_precision_is_read_back_as_float32(tmp_path):
    model = translator()
    save(model, tmp_path, torch.float16)
    opened = load_seq2seq(tmp_path)
    assert opened.model.shared.weight.dtype == torch.float32
    assert torch.allclose(opened.model.shared.weight, model.model.shared.weight, atol=1e-3)


@pytest.mark.parametrize("change", ["missing", "unknown", "shape"])
def test_a_checkpoint_that_does_not_fit_is_refused_by_name(tmp_path, change):
    save(gap_filler(), tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    name = "cls.predictions.transform.dense.weight"
    if change == "missing":
        del tensors[name]
    else:
        tensors["extra" if change == "unknown" else name] = torch.zeros(3)
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="extra" if change == "unknown" else name):
        load_encoder(tmp_path)


def test_one_kind_is_not_opened_as_another(tmp_path):
    save(gap_filler(), tmp_path)
    with pytest.raises(InputError, match="bert"):
        load_seq2seq(tmp_path)
