"""The gradients that are written out, held to autograd's and to differences of the function itself."""

import pytest
import torch
import torch.nn.functional as F

from tutor.engine.attention import rotate
from tutor.engine.gradients import Normed, Turned, norm
from tutor.engine.losses import IGNORED, backward, cross_entropy


def given(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def angles(T, D):
    turned = given(T, D // 2)
    return torch.cat((turned.cos(), turned.cos()), -1), torch.cat((turned.sin(), turned.sin()), -1)


@pytest.mark.parametrize("shape", [(6,), (3, 6), (2, 3, 6)])
def test_the_norm_has_the_gradient_of_its_differences(shape):
    x, weight = given(*shape).requires_grad_(), given(6).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, w: Normed.apply(x, w, 1e-6), (x, weight))


def test_the_norm_is_torchs():
    x, weight = given(4, 5, 8).requires_grad_(), given(8)
    torch.testing.assert_close(norm(x, weight, 1e-5), F.rms_norm(x.detach(), (8,), weight, 1e-5))


def test_turning_has_the_gradient_of_its_differences():
    x = given(2, 5, 3, 4).transpose(1, 2).requires_grad_()  # the order of memory in which heads arrive
    assert torch.autograd.gradcheck(lambda x: Turned.apply(x, *angles(5, 4)), (x,))


def test_turning_is_the_same_with_and_without_gradients():
    x, (cos, sin) = given(2, 3, 5, 8), angles(5, 8)
    watched = rotate(x.clone().requires_grad_(), cos, sin)
    assert watched.requires_grad
    torch.testing.assert_close(watched.detach(), rotate(x, cos, sin))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_and_its_gradient_are_torchs(smoothing):
    logits, targets = (3 * given(7, 11)).requires_grad_(), torch.tensor([0, 10, IGNORED, 3, 3, IGNORED, 5])
    theirs = F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing)
    theirs.backward()
    loss, gradient = cross_entropy(logits.detach(), targets, smoothing)
    assert loss == pytest.approx(theirs.item())
    torch.testing.assert_close(gradient, logits.grad)


def test_no_target_at_all_teaches_nothing():
    hidden = given(2, 3, 4).requires_grad_()
    assert backward(hidden, torch.full((2, 3), IGNORED), lambda x: x @ given(4, 9)) == 0
    assert not hidden.grad.any()
