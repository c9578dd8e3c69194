"""A matcher of pictures and captions: CLIP (Radford et al. 2021, section 2.3 and figure 3), very small. Torch.

    picture → 16 patches → transformer → mean → projection ─┐
                                                            ├─ cosine × scale → which caption belongs to which picture
    caption → words     → transformer → mean → projection ──┘

Two towers that never see each other's input meet in one space: what belongs together points the same way. The shape
legend is in `attention.py`; N pictures and M captions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from tutor.engine.attention import fast_attention, join_heads, split_heads
from tutor.engine.checkpoint import WEIGHTS, checked_tensors, read_json, shapes_only
from tutor.engine.pictures import LEVELS, SIDE
from tutor.errors import InputError
from tutor.storage import replacing, write_json

if TYPE_CHECKING:
    from tutor.engine.pictures import Picture

MODEL_TYPE = "tutor-matcher"
"""In `config.json`; an architecture of our own, which no other program opens."""
PATCH = 2
"""A patch is 2 × 2 pixels, so a picture has 16 of them."""
MOST_WORDS = 8


@dataclass(frozen=True)
class MatcherConfig:
    """Sizes of a matcher; both towers have the same."""

    vocab_size: int
    hidden_size: int = 64
    """C."""
    intermediate_size: int = 192
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    projection_dim: int = 32
    """The width of the space in which pictures and captions meet."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or not 1 <= value <= 1 << 14:
                raise InputError("config.json", f"{field.name} is {value!r}, not a sensible size", "get it again")
        if self.hidden_size % self.num_attention_heads:
            raise InputError("config.json", "hidden_size does not divide into its heads", "get it again")

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> MatcherConfig:
        """Read a parsed `config.json`. Raises InputError for another kind of model or sizes that make no sense."""
        if raw.get("model_type") != MODEL_TYPE:
            raise InputError(
                f"a {raw.get('model_type', 'nameless')!r} model", "not a matcher", "use the bundled model matcher"
            )
        known = {field.name for field in dataclasses.fields(cls)}
        try:
            return cls(**{key: value for key, value in raw.items() if key in known})
        except TypeError as error:
            raise InputError("config.json", f"incomplete ({error})", "get the model again") from None


class Layer(nn.Module):
    """Attention in both directions, then feed-forward, each on a normed copy. (B, T, C) → (B, T, C)."""

    def __init__(self, config: MatcherConfig) -> None:
        super().__init__()
        C, self.heads = config.hidden_size, config.num_attention_heads
        self.attention_norm, self.mlp_norm = nn.LayerNorm(C), nn.LayerNorm(C)
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(C, C, bias=False) for _ in range(3))
        self.o_proj = nn.Linear(C, C, bias=False)
        self.up_proj = nn.Linear(C, config.intermediate_size)
        self.down_proj = nn.Linear(config.intermediate_size, C)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        normed = self.attention_norm(x)
        q, k, v = (split_heads(part(normed), self.heads) for part in (self.q_proj, self.k_proj, self.v_proj))
        x = x + self.o_proj(join_heads(fast_attention(q, k, v, mask, causal=False)))
        return x + self.down_proj(F.gelu(self.up_proj(self.mlp_norm(x))))  # type: ignore[no-any-return]


class Tower(nn.Module):
    """Layers, the mean over all real tokens, and a projection to a direction: (B, T, C) → (B, P) of length 1."""

    def __init__(self, config: MatcherConfig, positions: int) -> None:
        super().__init__()
        self.embed_positions = nn.Embedding(positions, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.LayerNorm(config.hidden_size)
        self.projection = nn.Linear(config.hidden_size, config.projection_dim, bias=False)

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """`real` (B, T) is 1 for a token and 0 for padding."""
        x = x + self.embed_positions.weight[: x.shape[1]]
        for layer in self.layers:
            x = layer(x, real[:, None, None, :].bool())
        mean = (self.norm(x) * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        return F.normalize(self.projection(mean), dim=-1)


class Matcher(nn.Module):
    """Both towers, and the scale by which cosines become logits."""

    def __init__(self, config: MatcherConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_patch = nn.Linear(PATCH * PATCH, config.hidden_size)
        self.picture_tower = Tower(config, (SIDE // PATCH) ** 2)
        self.embed_words = nn.Embedding(config.vocab_size, config.hidden_size)
        self.caption_tower = Tower(config, MOST_WORDS)
        self.log_scale = nn.Parameter(torch.tensor([2.0]))

    def pictures(self, pictures: Tensor) -> Tensor:
        """Pictures (N, 8, 8) of grey levels as directions (N, P)."""
        patches = F.pixel_unshuffle(pictures[:, None].float() / (LEVELS - 1), PATCH)  # (N, 4, 4, 4): channels first
        patches = self.embed_patch(patches.flatten(2).transpose(1, 2))  # (N, 16, C)
        directions: Tensor = self.picture_tower(patches, patches.new_ones(patches.shape[:2]))
        return directions

    def captions(self, ids: Tensor, real: Tensor) -> Tensor:
        """Captions, token ids (M, T) with `real` (M, T) 0 where there is padding, as directions (M, P)."""
        directions: Tensor = self.caption_tower(self.embed_words(ids), real)
        return directions

    @property
    def scale(self) -> Tensor:
        """What a cosine is multiplied by before the softmax; at most 100, as in section 2.5."""
        return self.log_scale.exp().clamp(max=100.0)


def padded(captions: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Captions as ids (M, T), and where they are real: 1, or 0 for padding."""
    longest = max(map(len, captions))
    ids = torch.tensor([[*caption, *[0] * (longest - len(caption))] for caption in captions])
    real = torch.tensor([[1.0] * len(caption) + [0.0] * (longest - len(caption)) for caption in captions])
    return ids, real


@dataclass(frozen=True)
class Match:
    """Captions against one picture, each tuple with an entry for each caption."""

    similarities: tuple[float, ...]
    """Cosines."""
    probabilities: tuple[float, ...]
    """The softmax of scale × cosine over these captions: one of them is taken to be right."""
    scale: float


def match(model: Matcher, picture: Picture, captions: Sequence[Sequence[int]]) -> Match:
    """Score captions, as token ids, against a picture (8, 8)."""
    ids, real = padded(captions)
    with torch.inference_mode():
        cosine = (model.pictures(torch.from_numpy(picture)[None]) @ model.captions(ids, real).T)[0].double()
        probability = (model.scale * cosine).softmax(-1)
    return Match(tuple(cosine.tolist()), tuple(probability.tolist()), float(model.scale))


def save(model: Matcher, directory: Path, dtype: torch.dtype = torch.float16) -> None:
    """Write `config.json` and `model.safetensors`, each replaced at once."""
    directory.mkdir(parents=True, exist_ok=True)
    with replacing(directory / WEIGHTS) as part:
        save_file({name: t.detach().to(dtype).contiguous() for name, t in model.state_dict().items()}, part)
    write_json(directory / "config.json", {"model_type": MODEL_TYPE, **dataclasses.asdict(model.config)})


def load(directory: Path) -> Matcher:
    """The matcher in a folder, in float32 and evaluation mode. Raises InputError if it is damaged or another kind."""
    config = MatcherConfig.from_dict(read_json(directory / "config.json"))
    with shapes_only():
        model = Matcher(config)
    tensors = checked_tensors(directory, dict(model.state_dict()), lambda name: False, torch.float32, "cpu")
    model.load_state_dict(tensors, assign=True)
    return model.eval().requires_grad_(False)
