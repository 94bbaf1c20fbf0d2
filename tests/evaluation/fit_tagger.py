"""Trains the tagger of `ingest/attribution/tagger.py` on documents annotated by hand.

    python -m tests.evaluation.fit_tagger [--test-only]

A fifth of the documents, the three versions of a parallel one together, is kept out as a test fold, whose figures are
printed. Half of the parallel documents are read with their lines joined to paragraphs, as real articles have them.
Where a person's name stands is not annotated; it follows from the English name of each speaker, matched across scripts
within the source spans of the parallel documents.
"""

import argparse
import gzip
import json
import random
import re
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from config.settings import Encoder as EncoderSettings
from ingest.attribution.tagger import SENTENCES, Network, Tags, Tokens, in_a_row, packed, predict
from ingest.attribution.tokens import join
from ingest.passages import passage_spans
from ingest.sentences import sentence_spans
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from retrieval.folding import fold, words
from retrieval.names import name_words, word_likeness
from retrieval.types import Sentence
from tests.shared_data import DATA, REPOSITORY, read_lines

FILES = ("native.ar", "native.ru", "ntrex.en-ar-ru")
WEIGHTS = REPOSITORY / "ingest" / "attribution" / "tagger.safetensors"
FOLDS = 5
EPOCHS, BATCH, RATE, DROPOUT = 14, 12, 2e-3, 0.3
COMMON = 8  # documents of 120 and more: a word in so many is hardly a name
UNKNOWN = -100  # of a label: does not count
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_BODY = re.compile(  # in an English name: not a person
    r"\b(?:[a-z]\w*|The|Police|Council|Ministry|Department|Party|University|Court|Committee|Commission|House|Office|"
    r"Association|Institute|Group|Company|Bank|Union|Agency|Government|Club|Team|Authority|Service|Center|Centre|Board|"
    r"News|Times|Post|Fund|Foundation|Senate|Congress|Republicans?|Democrats?|States|Kingdom|Nations)\b|\("
)


@dataclass
class Document:
    """An annotated document: its tokens, and the right label of each token, name and sentence."""

    fold: int
    set: str
    lang: str
    text: str
    spans: list[tuple[int, int]]
    tokens: Tokens
    labels: npt.NDArray[np.int64]
    names: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    statements: list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--test-only", action="store_true", help="judge the shipped weights on the test fold")
    arguments = parser.parse_args()
    encoder = SentenceTransformerEncoder(EncoderSettings())
    documents = list(read(encoder, joined=not arguments.test_only))
    if arguments.test_only:
        from ingest.attribution.tagger import Tagger

        network = Tagger()._network
    else:
        network = train([one for one in documents if one.fold])
        WEIGHTS.write_bytes(packed(network))
    report(network, [one for one in documents if not one.fold])


def read(encoder: Encoder, *, joined: bool = True) -> Iterator[Document]:
    """Every annotated document; with `joined` the parallel ones a second time, their lines joined."""
    rng = random.Random(5)
    for name in FILES:
        for line in read_lines(DATA / "attribution" / f"{name}.jsonl"):
            yield document(encoder, name, line, line["text"])
            if joined and name.startswith("ntrex"):
                yield document(encoder, name, line, joined_lines(line["text"], rng))


def joined_lines(text: str, rng: random.Random) -> str:
    """The text with most ends of lines made spaces, never more than four lines in a paragraph."""
    run, out = 0, []
    for letter in text:
        join_here = letter == "\n" and run < 3 and rng.random() < 0.6
        out.append(" " if join_here else letter)
        run = run + 1 if join_here else 0 if letter == "\n" else run
    return "".join(out)


def document(encoder: Encoder, name: str, line: dict[str, Any], text: str) -> Document:
    sentences = [Sentence(start=start, end=end) for start, end in sentence_spans(text, line["lang"])]
    passages = passage_spans(text, sentences, encoder.token_counts)
    encoding = encoder.encode([text[one.start : one.end] for one in passages], "passage")
    tokens = join(text, sentences, passages, encoding)
    statements = line["statements"]
    return Document(
        fold=crc32((line.get("doc") or line["id"]).encode()) % FOLDS,
        set=name,
        lang=line["lang"],
        text=text,
        spans=[(one.start, one.end) for one in sentences],
        tokens=tokens,
        labels=token_labels(tokens, statements),
        names=name_labels(tokens, text, statements, common_words(line["lang"])),
        kinds=np.array([sentence_label(one, statements) for one in sentences]),
        statements=statements,
    )


def covered(tokens: Tokens, start: int, end: int) -> npt.NDArray[np.int64]:
    return np.flatnonzero((tokens.spans[:, 0] < end) & (tokens.spans[:, 1] > start))


def token_labels(tokens: Tokens, statements: Sequence[dict[str, Any]]) -> npt.NDArray[np.int64]:
    labels = np.zeros(len(tokens.spans), int)
    for part, first in (("content", 5), ("source", 1), ("cue", 3)):  # the later ones are within the former
        for start, end in (span for one in statements for span in one[part]):
            here = covered(tokens, start, end)
            labels[here] = first + 1
            labels[here[:1]] = first
    return labels


def sentence_label(sentence: Sentence, statements: Sequence[dict[str, Any]]) -> int:
    """The kind of the statement that covers most of the sentence, or whose cue it holds."""
    best, most = 0, 0
    for one in statements:
        inside = [max(0, min(sentence.end, end) - max(sentence.start, start)) for start, end in one["content"]]
        cued = any(sentence.start <= start and end <= sentence.end for start, end in one["cue"])
        if cued or sum(inside) >= 0.3 * (sentence.end - sentence.start):
            size = sum(inside) + 50 * cued
            if size > most:
                best, most = SENTENCES.index(one["kind"]), size
    return best


def name_labels(
    tokens: Tokens, text: str, statements: Sequence[dict[str, Any]], common: Collection[str]
) -> npt.NDArray[np.int64]:
    """1 for words of the speakers' names, 0 for other words of source and cue and for common words, else unknown."""
    labels = np.full(len(tokens.spans), UNKNOWN)
    for word in _WORD.finditer(text):
        if fold(word[0]) in common or (word[0].islower() and word[0].lower() != word[0].upper()):
            labels[covered(tokens, *word.span())] = 0
    people: set[str] = set()
    for one in statements:
        speaker = one["speaker"] or ""
        person = is_person(speaker)
        own_words = name_words(speaker) if person else []
        people.update(own_words)
        if speaker and (person or speaker.startswith("unnamed") or _BODY.search(speaker) or not speaker.isascii()):
            for start, end in one["source"]:
                for word in _WORD.finditer(text, start, end):
                    fits = max((word_likeness(word[0], own) for own in own_words), default=0.0)
                    labels[covered(tokens, *word.span())] = 1 if fits > 0.8 else 0 if fits < 0.4 else UNKNOWN
        for start, end in one["cue"]:
            labels[covered(tokens, start, end)] = 0
    for word in _WORD.finditer(text):
        if len(word[0]) > 3 and any(word_likeness(word[0], own) > 0.9 for own in people):
            labels[covered(tokens, *word.span())] = 1
    return labels


@cache
def common_words(lang: str) -> frozenset[str]:
    """Folded words that stand in at least COMMON annotated documents of the language."""
    lines = (line for name in FILES for line in read_lines(DATA / "attribution" / f"{name}.jsonl"))
    counts = Counter(word for line in lines if line["lang"] == lang for word in set(words(line["text"])))
    return frozenset(word for word, count in counts.items() if count >= COMMON)


def is_person(speaker: str) -> bool:
    """Whether a speaker, as annotated, is a person with given and family name."""
    parts = fold(speaker).split()
    if speaker.isascii():
        return len(parts) in (2, 3) and not _BODY.search(speaker)
    odd = any(word.isupper() for word in speaker.split()) or set(speaker) & set("«\"'(")
    return 2 <= len(parts) <= 7 and len(parts[0]) > 2 and parts[0] in _name_tokens() and not odd


@cache
def _name_tokens() -> frozenset[str]:
    """Arabic and Russian name words of the development data."""
    with gzip.open(DATA / "names" / "tokens.en-ar-ru.tsv.gz", "rt", encoding="utf-8") as lines:
        return frozenset(fold(word) for line in lines for word in line.rstrip("\n").split("\t")[1:])


def train(documents: list[Document], *, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    rng = random.Random(seed)
    network = Network(DROPOUT)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    steps = EPOCHS * -(-len(documents) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1, pct_start=0.1)
    started = time.monotonic()
    for epoch in range(EPOCHS):
        network.train()
        total = 0.0
        ordered = sorted(documents, key=lambda one: len(one.labels) + 100 * rng.random())
        batches = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
        rng.shuffle(batches)
        for batch in batches:
            loss = loss_of(network, batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(batches):.3f}, {time.monotonic() - started:.0f} s", flush=True)
    return network.eval()


def loss_of(network: Network, batch: Sequence[Document]) -> torch.Tensor:
    arguments = in_a_row([one.tokens for one in batch])
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(*arguments)
    loss = torch.zeros(())
    columns = (("labels", 1.0), ("names", 0.5), ("kinds", 0.5))
    for scored, (name, weight) in zip(scores, columns, strict=True):
        right = torch.from_numpy(np.concatenate([getattr(one, name) for one in batch]))
        if (right != UNKNOWN).any():
            loss = loss + weight * nn.functional.cross_entropy(scored.float(), right, ignore_index=UNKNOWN)
    return loss


def report(network: Network, documents: Iterable[Document]) -> None:
    """Figures of the test fold, a line a language and set."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for one in documents:
        groups.setdefault((one.lang, one.set.split(".")[0]), []).append(one)
    for (lang, name), own in sorted(groups.items()):
        tags = [predict(network, [one.tokens])[0] for one in own]
        print(json.dumps({"language": lang, "set": name, "documents": len(own), **figures(own, tags)}))


def figures(documents: Sequence[Document], tags: Sequence[Tags]) -> dict[str, float]:
    """F1 of statements among sentences (stance counts as neither), and the share of source and cue spans found."""
    kinds = np.concatenate([one.kinds for one in documents])
    said = np.concatenate([one.sentences[:, 2:].sum(1) > 0.5 for one in tags])
    right, false, missed = (said & (kinds > 1)).sum(), (said & (kinds == 0)).sum(), (~said & (kinds > 1)).sum()
    found = {"statements F1": float(2 * right / max(1, 2 * right + false + missed))}
    for part, first in (("source", 1), ("cue", 3)):
        hits = [
            np.isin(tag.tokens.argmax(1)[covered(one.tokens, *span)], (first, first + 1)).mean() > 0.5
            for one, tag in zip(documents, tags, strict=True)
            for statement in one.statements
            if statement["kind"] != "stance"
            for span in statement[part]
        ]
        found[f"{part}s found"] = float(np.mean(hits))
    names = np.concatenate([one.names for one in documents])
    guess = np.concatenate([one.names > 0.5 for one in tags])
    if (names != UNKNOWN).any():
        found["name words"] = float((guess == names)[names != UNKNOWN].mean())
    return {name: round(value, 3) for name, value in found.items()}


if __name__ == "__main__":
    main()
