"""The loop that pretraining and fine-tuning share: it learns, resumes to the same bits, and keeps its schedule."""

from __future__ import annotations

import itertools

import pytest
import torch
import torch.nn.functional as F

from tests.fakes import tiny_config
from tutor.engine import training, training_state
from tutor.engine.decoder import Decoder
from tutor.engine.optimizer import Muon, optimizers, orthogonalized
from tutor.engine.training import TrainingOptions, gradient, schedule, train
from tutor.errors import InputError


def small_decoder(**sizes) -> Decoder:
    torch.manual_seed(0)
    return Decoder(tiny_config(**sizes))


def batch(step: int) -> torch.Tensor:
    """Windows of a text that counts to 50 again and again: easy to learn, and addressed by number."""
    starts = torch.randint(0, 50, (8, 1), generator=torch.Generator().manual_seed(step))
    return (starts + torch.arange(17)) % 50


def options(**changes) -> TrainingOptions:
    return TrainingOptions(**({"steps": 30, "warmup": 5, "evaluate_every": 10, "checkpoint_every": 0} | changes))


@pytest.mark.parametrize("muon", [0.02, 0.0])
def test_the_loss_falls_on_an_easy_text(muon):
    records = list(train(small_decoder(), batch, options(muon_learning_rate=muon, learning_rate=1e-2, steps=60)))
    assert records[-1].loss < 0.3 * records[0].loss
    assert [record.step for record in records] == list(range(1, 61))
    assert records[-1].tokens == 60 * 8 * 16
    assert records[-1].seconds_left == 0


def test_a_resumed_run_ends_with_the_same_bits(tmp_path):
    """Once in one go; once stopped after 12 steps, taken up by a fresh model, stopped again, and finished."""
    whole, file = small_decoder(), tmp_path / "run.safetensors"
    list(train(whole, batch, options()))
    for stop_after in (12, 7, 99):
        model = small_decoder()
        run = train(model, batch, options(checkpoint_every=1), checkpoint=file)
        records = list(itertools.islice(run, stop_after))
    assert records[0].step == 20
    assert records[-1].step == 30
    assert records[-1].tokens == 30 * 8 * 16
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name]), name


def test_a_finished_run_has_nothing_left_to_do(tmp_path):
    file = tmp_path / "run.safetensors"
    list(train(small_decoder(), batch, options(steps=2), checkpoint=file))
    assert list(train(small_decoder(), batch, options(steps=2), checkpoint=file)) == []


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    file = tmp_path / "run.safetensors"
    list(train(small_decoder(), batch, options(steps=1), checkpoint=file))
    with pytest.raises(InputError, match="not a checkpoint of this run"):
        list(train(small_decoder(num_hidden_layers=3), batch, options(), checkpoint=file))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="not a checkpoint of this run"):
        training_state.load(file, small_decoder(), [])


def test_it_stops_when_told_to():
    answers = iter([False, False, True])
    assert len(list(train(small_decoder(), batch, options(), cancelled=lambda: next(answers)))) == 2


def test_held_out_loss_is_measured_when_it_is_due():
    records = list(train(small_decoder(), batch, options(), evaluate=lambda: 7.0))
    assert [record.step for record in records if record.held_out_loss == 7.0] == [10, 20, 30]
    assert all(record.held_out_loss is None for record in records if record.step % 10)


def test_the_schedule_rises_stays_and_falls():
    plan = options(steps=100, warmup=10, decay_fraction=0.2)
    shares = [schedule(step, plan) for step in range(100)]
    assert shares[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert shares[10:81] == [1.0] * 71
    assert shares[80:] == pytest.approx([1 - step / 20 for step in range(20)])
    assert schedule(99, options(steps=100, decay_fraction=0.0)) == 1.0


@pytest.mark.parametrize("at_once", [1 << 20, 48, 1], ids=["all rows", "three rows", "single rows"])
def test_the_loss_in_parts_and_chunks_has_the_gradient_of_the_whole(monkeypatch, at_once):
    """A last token below 0 is one that is not asked for."""
    monkeypatch.setattr("tutor.engine.losses.CHUNK", 37)
    monkeypatch.setattr(training, "_TOKENS_AT_ONCE", at_once)
    ids = batch(1)
    ids[:3, -1] = -100
    model, plain = small_decoder(), small_decoder()
    loss = F.cross_entropy(plain(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten(), ignore_index=-100)
    loss.backward()
    assert gradient(model, ids) == pytest.approx(loss.item(), rel=1e-5)
    for (name, ours), theirs in zip(model.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-6, rtol=1e-4, msg=name)


@pytest.mark.parametrize("clip", [1e-3, 1e9])
def test_no_step_is_longer_than_the_clip(clip):
    """With plain descent at rate 1 the weights move by the clipped gradient itself."""
    model = small_decoder()
    before = torch.cat([p.detach().flatten().clone() for p in model.parameters()])
    training._learn(model, batch(0), [torch.optim.SGD(model.parameters(), lr=1.0)], clip)
    moved = torch.cat([p.detach().flatten() for p in model.parameters()]) - before
    assert moved.norm() == pytest.approx(1e-3, rel=0.01) if clip < 1 else moved.norm() > 0.01


@pytest.mark.parametrize("shape", [(3, 24, 24), (2, 16, 40), (2, 40, 16)])
def test_orthogonalized_pushes_singular_values_to_one_and_keeps_the_directions(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    found = orthogonalized(matrices, steps=8)
    u, _, vh = torch.linalg.svd(matrices, full_matrices=False)
    turned = u.transpose(1, 2) @ found @ vh.transpose(1, 2)  # diagonal if the directions were kept
    values = turned.diagonal(dim1=1, dim2=2)
    assert (turned - torch.diag_embed(values)).abs().max() < 1e-3
    assert values.min() > 0.6 and values.max() < 1.3  # Jordan's coefficients settle between 0.7 and 1.2


def test_muon_moves_each_matrix_as_if_it_were_alone():
    torch.manual_seed(0)
    matrices = [torch.randn(6, 4, requires_grad=True) for _ in range(3)] + [torch.randn(4, 6, requires_grad=True)]
    alone = [matrix.detach().clone().requires_grad_() for matrix in matrices]
    gradients = [torch.randn_like(matrix) for matrix in matrices]
    for together, single, given in zip(matrices, alone, gradients, strict=True):
        together.grad, single.grad = given.clone(), given.clone()
    Muon(matrices, 0.1).step()
    for single in alone:
        Muon([single], 0.1).step()
    for together, single in zip(matrices, alone, strict=True):
        torch.testing.assert_close(together, single, atol=1e-6, rtol=1e-5)


def test_muon_takes_the_hidden_matrices_and_adamw_the_rest():
    model = small_decoder()
    muon, adamw = optimizers(model, learning_rate=1e-3, muon_learning_rate=0.02, weight_decay=0.1)
    given = {id(p) for group in muon.param_groups for p in group["params"]}
    names = {name for name, p in model.named_parameters() if id(p) in given}
    assert names == {name for name, _ in model.named_parameters() if name.endswith("_proj.weight")}
    others = [p for group in adamw.param_groups for p in group["params"]]
    assert len(others) + len(given) == len(list(model.parameters()))


def test_what_needs_no_gradient_is_left_alone():
    model = small_decoder()
    model.model.embed_tokens.requires_grad_(False)
    before = model.model.embed_tokens.weight.clone()
    list(train(model, batch, options(steps=3)))
    assert torch.equal(before, model.model.embed_tokens.weight)
