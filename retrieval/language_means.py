"""What a question and a passage look like on average, language by language.

Vectors of one language share a large common part. It is taken away before vectors are compared, and it is not the
same for questions and for passages, so that each needs means of its own. They come from ordinary questions and news
sentences in `data/generic.toml`, encoded once with the model in use: the first question ever asked is centred like
any other, and an archive of one article has means, too. How token vectors vary comes from there as well, unless the
model is the bundled one.
"""

import hashlib
import json
import logging
import tomllib
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from retrieval.encoder import Encoder, Role
from retrieval.files import write_atomically
from retrieval.late_interaction import centre
from retrieval.packing import Packing

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

# With three passages their mean is the passages themselves, and centring would leave noise.
_PRIOR_PASSAGES = 20

_FORMAT = 2  # of what is kept
_FITTED = "data/packing.npz"  # made by `tests/evaluation/fit_packing.py`
_KINDS: dict[Role, str] = {"query": "questions", "passage": "statements"}


class LanguageMeans:
    """Mean vectors by role and language; a language that is not in the data gets the mean of those that are.

    They are kept in `cache_dir` by the encoder's identity, since encoding the sentences takes seconds.
    """

    def __init__(self, encoder: Encoder, cache_dir: Path) -> None:
        self._encoder = encoder
        self._cache_dir = cache_dir

    def pooled(self, role: Role, lang: str) -> Floats:
        """Mean of pooled vectors, shape (dimension,)."""
        return self._of("pooled", role, lang)

    def of_archive(self, lang: str, total: npt.NDArray[np.float64], passages: int) -> Floats:
        """Mean vector of an archive's passages in a language, shape (dimension,); `total` is the sum of their vectors.

        It starts from ordinary news sentences and moves to the archive's own passages as they come.
        """
        mean = (total + _PRIOR_PASSAGES * self.pooled("passage", lang)) / (passages + _PRIOR_PASSAGES)
        return mean.astype(np.float32)

    def tokens(self, role: Role, lang: str) -> Floats:
        """Mean of token vectors, shape (LAYERS, dimension)."""
        return self._of("tokens", role, lang)

    @cached_property
    def packing(self) -> Packing:
        """How token vectors are packed: the bundled model's as those of many articles vary, else as those here do."""
        with (resources.files("retrieval") / _FITTED).open("rb") as file, np.load(file) as fitted:
            if str(fitted["model"]) == self._encoder.identity:
                return Packing(fitted["turn"].astype(np.float32), fitted["spread"])
        return Packing(self._means["turn"], self._means["spread"])

    def _of(self, what: Literal["pooled", "tokens"], role: Role, lang: str) -> Floats:
        known = self._means.get(f"{what}.{role}.{lang}")
        return self._means[f"{what}.{role}"] if known is None else known

    @cached_property
    def _means(self) -> dict[str, Floats]:
        text = (resources.files("retrieval") / "data" / "generic.toml").read_text(encoding="utf-8")
        key = hashlib.sha256(json.dumps([_FORMAT, self._encoder.identity, text]).encode()).hexdigest()[:16]
        path = self._cache_dir / f"language-means-{key}.npz"
        try:
            with np.load(path) as stored:
                return dict(stored)
        except (OSError, ValueError, KeyError):
            means = self._encode(tomllib.loads(text))
        try:
            self._cache_dir.mkdir(parents=True, exist_ok=True)
            write_atomically(path, lambda scratch: _save(scratch, means))
        except OSError as error:
            log.warning("The language means cannot be kept in %s (%s); each start computes them.", path, error.strerror)
        return means

    def _encode(self, languages: dict[str, dict[str, str]]) -> dict[str, Floats]:
        means: dict[str, Floats] = {}
        centred = []
        for role, kind in _KINDS.items():
            for lang, texts in languages.items():
                encoding = self._encoder.encode(texts[kind].splitlines(), role)
                tokens = np.concatenate(encoding.tokens)
                means[f"pooled.{role}.{lang}"] = encoding.pooled.mean(axis=0)
                means[f"tokens.{role}.{lang}"] = tokens.mean(axis=0)
                centred.append(centre(tokens, tokens.mean(axis=0)))
            for what in ("pooled", "tokens"):
                of_all = [means[f"{what}.{role}.{lang}"] for lang in languages]
                means[f"{what}.{role}"] = np.mean(of_all, axis=0, dtype=np.float32)
        packing = Packing.of(np.concatenate(centred))
        means["turn"], means["spread"] = packing.turn, packing.spread
        return means


def _save(path: Path, means: dict[str, Floats]) -> None:
    with path.open("wb") as file:
        np.savez(file, **means)  # type: ignore[arg-type]
