"""From a recipe to a model: tokenizer, token files, training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor

from tutor.engine import data_parallel, encoder_task, masking, seq2seq_task, stories
from tutor.engine import recipe as recipes
from tutor.engine.config import DecoderConfig
from tutor.engine.corpus import (
    END,
    TokenFile,
    Work,
    is_held_out,
    mixture,
    plain_typography,
    read_works,
    write_documents,
    write_tokens,
)
from tutor.engine.decoder import Decoder
from tutor.engine.evaluation import held_out_loss
from tutor.engine.initialisation import initialise
from tutor.engine.recipe import Recipe, Source
from tutor.engine.stories import repeats
from tutor.engine.task import Task, moved, options_for
from tutor.engine.training import Progress, TrainingOptions, next_tokens, train
from tutor.errors import InputError
from tutor.storage import read_learner_text, replacing

CHECKPOINT = "checkpoint.safetensors"
"""The file in a run's folder that the run goes on from."""


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
    yield from follow(task_of(recipe, run, tokens), run, cancelled=cancelled)


def follow(
    task: Task, run: Path, *, device: str = "cpu", cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Progress]:
    """Train the task's model on `device`, with its checkpoint in the folder `run`."""
    task.model.to(device)
    yield from train(
        task.model,
        lambda step: moved(task.batch(step), device),
        task.options,
        learn=task.learn,
        evaluate=task.evaluate,
        checkpoint=run / CHECKPOINT,
        cancelled=cancelled,
    )


def task_of(recipe: Recipe, run: Path, tokens: int | None = None) -> Task:
    """The recipe's model with fresh weights and all that its training needs, on what `prepare` wrote into `run`.

    Raises InputError if the recipe does not fit its data.
    """
    if recipe.kind == "seq2seq":
        return seq2seq_task.task(recipe, run, tokens)
    if recipe.kind == "encoder":
        return encoder_task.task(recipe, run, tokens)
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    sources = {name: TokenFile.open(run / f"{name}.train.bin") for name in _names(recipe)}
    for stage in recipe.stages:
        for name in stage.weights:
            if len(sources[name].tokens) <= stage.window:
                why = f"{name} has {len(sources[name].tokens)} tokens, fewer than a window of {stage.window} + 1"
                raise InputError(recipe.name, why, "give more text or a shorter window")
    watched = TokenFile.open(run / f"{recipe.sources[0].name}.held-out.bin")
    model, options = new_model(recipe, tokenizer.get_vocab_size()), options_of(recipe, tokens)
    window = min(256, model.config.max_position_embeddings, len(watched.tokens) - 1)
    return Task(
        model=model,
        tokenizer=tokenizer,
        batch=batches(recipe, sources, options),
        learn=next_tokens,
        evaluate=lambda: held_out_loss(model, watched, window=window),
        options=options,
        bytes_per_token=watched.bytes_per_token,
    )


def options_of(recipe: Recipe, tokens: int | None = None) -> TrainingOptions:
    """The recipe's training options, with its number of tokens as steps of its first stage's batch."""
    return options_for(recipe, recipe.stages[0].rows * recipe.stages[0].window, tokens)


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
    """A decoder with fresh weights. Raises InputError if its vocabulary is not the tokenizer's."""
    config = cast("DecoderConfig", recipe.config)
    if vocabulary != config.vocab_size:
        why = f"its tokenizer has {vocabulary} tokens, the architecture {config.vocab_size}"
        raise InputError(recipe.name, why, "correct vocab_size, or give more text")
    model = Decoder(config)
    initialise(model, int(recipe.training.get("seed", 0)))
    return model


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write tokenizer and token files into `run`; what is already there stays.

    The split comes first: no held-out work is seen by the tokenizer either.
    """
    if recipe.kind == "seq2seq":
        return seq2seq_task.prepare(recipe, data, run)
    run.mkdir(parents=True, exist_ok=True)
    file = run / "tokenizer.json"
    if not file.exists():
        chosen = [source for source in recipe.sources if source.name in recipe.tokenizer_sources]
        texts = (text for source in chosen for text in _texts(source, data, held_out=False))
        trained = masking.train_tokenizer if recipe.kind == "encoder" else train_tokenizer
        with replacing(file) as part:
            trained(texts, recipe.vocabulary).save(str(part), pretty=False)
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.post_processor = None  # passages get their own beginning and end
    end_token = masking.END if recipe.kind == "encoder" else END
    for source in recipe.sources:
        for held_out in (False, True):
            path = run / f"{source.name}.{'held-out' if held_out else 'train'}.bin"
            if path.with_suffix(".json").exists():
                continue
            if source.maker == "repeats":
                write_documents(_repeats(source, tokenizer, held_out), int(tokenizer.token_to_id(end_token)), path)
            else:
                write_tokens(_texts(source, data, held_out=held_out), tokenizer, path, end_token)
    return None


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


def _repeats(source: Source, tokenizer: Tokenizer, held_out: bool) -> Iterator[tuple[list[int], int]]:
    for name, ids in repeats.documents(tokenizer, source.seed, source.documents):
        if is_held_out(name, source.held_out_percent) == held_out:
            yield ids, len(tokenizer.decode(ids, skip_special_tokens=False).encode())


def _texts(source: Source, data: Path, *, held_out: bool) -> Iterator[str]:
    if source.file.endswith(".txt"):
        yield _part(source, data, held_out)
        return
    for work in _works(source, data):
        if is_held_out(work.key, source.held_out_percent) == held_out:
            yield work.text


def _part(source: Source, data: Path, held_out: bool) -> str:
    """A plain text without its end, or that end: it is one work, so its last paragraphs are what is held out."""
    recipes.check_hash(source, data)
    text = plain_typography(read_learner_text(source.located(data)))
    paragraphs = [line for line in text.splitlines() if line.strip()]
    if len(paragraphs) < 2:
        raise InputError(source.file, "it has no two paragraphs, so none can be held out", "give a longer text")
    cut = len(paragraphs) - max(len(paragraphs) * source.held_out_percent // 100, 1)
    return "\n".join(paragraphs[cut:] if held_out else paragraphs[:cut]) + "\n"


def _works(source: Source, data: Path) -> Iterator[Work]:
    if not source.file:
        for text in stories.documents(source.seed, source.documents):
            yield Work(text[:120], text)
        return
    recipes.check_hash(source, data)
    yield from read_works(source.located(data))


def _names(recipe: Recipe) -> list[str]:
    return [source.name for source in recipe.sources]
