"""From a recipe to a model: tokenizer, token files, training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn

from tutor.engine import data_parallel
from tutor.engine import recipe as recipes
from tutor.engine.corpus import END, TokenFile, Work, is_held_out, mixture, read_works, write_tokens
from tutor.engine.decoder import Decoder
from tutor.engine.evaluation import held_out_loss
from tutor.engine.recipe import Recipe, Source
from tutor.engine.training import Progress, TrainingOptions, train
from tutor.storage import replacing


def pretrain(
    recipe_path: Path,
    data: Path,
    run: Path,
    *,
    tokens: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train the recipe's model in the folder `run`, from the beginning or from where it stopped.

    `tokens` shortens or lengthens the run. Data is prepared at the first start. Raises InputError for data that is
    missing or not the recipe's. Started by `torchrun`, the processes share the work.
    """
    recipe = recipes.read(recipe_path)
    data_parallel.join()
    if data_parallel.is_first():
        prepare(recipe, data, run)
    data_parallel.wait()
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    training = {name: TokenFile.open(run / f"{name}.train.bin") for name in _names(recipe)}
    watched = TokenFile.open(run / f"{recipe.sources[0].name}.held-out.bin")
    model = new_model(recipe, tokenizer.get_vocab_size())
    options = options_of(recipe, tokens)
    yield from train(
        model,
        batches(recipe, training, options),
        options,
        evaluate=lambda: held_out_loss(model, watched),
        checkpoint=run / "checkpoint.safetensors",
        cancelled=cancelled,
    )


def options_of(recipe: Recipe, tokens: int | None = None) -> TrainingOptions:
    """The recipe's training options, with its number of tokens as steps of its first stage's batch."""
    a_step = recipe.stages[0].rows * recipe.stages[0].window
    known = {field.name for field in fields(TrainingOptions)}
    chosen = {key: value for key, value in recipe.training.items() if key in known}
    return TrainingOptions(steps=max((tokens or recipe.training["tokens"]) // a_step, 1), **chosen)


def batches(recipe: Recipe, sources: dict[str, TokenFile], options: TrainingOptions) -> Callable[[int], Tensor]:
    """The batch of each step, drawn from the mixture of its stage."""

    def batch(step: int) -> Tensor:
        stage = recipe.stage_at(step / options.steps)
        chosen = [sources[name] for name in stage.weights]
        ids = mixture(
            chosen,
            list(stage.weights.values()),
            rows=stage.rows,
            window=stage.window,
            seed=options.seed,
            step=step,
        )
        return torch.from_numpy(ids)

    return batch


def new_model(recipe: Recipe, vocabulary: int) -> Decoder:
    """A model with fresh weights: normal ones of width 1/√(inputs); projections back into the stream start at 0.

    A layer then begins as the identity, which lets the learning rate be high from the start (Zhang et al. 2019).
    """
    if vocabulary != recipe.config.vocab_size:
        raise ValueError(f"the tokenizer has {vocabulary} tokens, the architecture {recipe.config.vocab_size}")
    generator = torch.Generator().manual_seed(int(recipe.training.get("seed", 0)))
    model = Decoder(recipe.config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.zero_()
            elif "embed_tokens" in name:
                parameter.normal_(0.0, 0.02, generator=generator)
            elif parameter.ndim == 2:
                nn.init.normal_(parameter, 0.0, parameter.shape[1] ** -0.5, generator=generator)
    return model


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write tokenizer and token files into `run`; what is already there stays.

    The split comes first: no held-out work is seen by the tokenizer either.
    """
    run.mkdir(parents=True, exist_ok=True)
    file = run / "tokenizer.json"
    if not file.exists():
        chosen = [source for source in recipe.sources if source.name in recipe.tokenizer_sources]
        texts = (text for source in chosen for text in _texts(source, data, held_out=False))
        tokenizer = train_tokenizer(texts, recipe.vocabulary)
        with replacing(file) as part:
            tokenizer.save(str(part), pretty=False)
    tokenizer = Tokenizer.from_file(str(file))
    for source in recipe.sources:
        for held_out in (False, True):
            path = run / f"{source.name}.{'held-out' if held_out else 'train'}.bin"
            if not path.with_suffix(".json").exists():
                write_tokens(_texts(source, data, held_out=held_out), tokenizer, path)


def train_tokenizer(texts: Iterator[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE (Sennrich et al. 2016; Radford et al. 2019) that takes digits one by one."""
    tokenizer = Tokenizer(models.BPE())
    digits = pre_tokenizers.Split(Regex(r"\d"), behavior="isolated")
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _texts(source: Source, data: Path, *, held_out: bool) -> Iterator[str]:
    for work in _works(source, data):
        if is_held_out(work.key, source.held_out_percent) == held_out:
            yield work.text


def _works(source: Source, data: Path) -> Iterator[Work]:
    if not source.file:
        from tutor.engine.stories import documents

        for text in documents(source.seed, source.documents):
            yield Work(text[:120], text)
        return
    recipes.check_hash(source, data)
    yield from read_works(data / source.file)


def _names(recipe: Recipe) -> list[str]:
    return [source.name for source in recipe.sources]
