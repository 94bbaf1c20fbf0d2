"""Articles in: sentences, passages, vectors, archive. An article is in the archive whole, or not at all."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from ingest.ahead import ahead
from ingest.attribution import Attributor, Cut
from ingest.passages import passage_spans, places
from ingest.sentences import sentence_spans
from ingest.steps import Steps
from retrieval.archive import Archive, Attribution, Prepared
from retrieval.encoder import Encoded, Encoder, Encoding
from retrieval.errors import QawlError, SourceError
from retrieval.folding import script_of
from retrieval.heap import give_back
from retrieval.language import detect_language
from retrieval.language_means import LanguageMeans
from retrieval.late_interaction import centre
from retrieval.near_duplicates import signature
from retrieval.threads import computing_alone
from retrieval.types import Article, Published, Sentence, Span

log = logging.getLogger(__name__)

# Articles are encoded and committed together: enough to fill the encoder's batches with texts of like length, little
# enough that a commit comes every few seconds.
_BATCH_CHARACTERS = 60_000

_SHORT_CODES = {"ara": "ar", "eng": "en", "rus": "ru", "und": "", "mul": "", "zxx": ""}
_SCRIPTS = dict.fromkeys(("en", "fr", "de", "es", "tr"), "LATIN")


@dataclass(frozen=True)
class _Article:
    """An article, cut."""

    article: Article
    lang: str
    sentences: list[Sentence]
    passages: list[Span]

    @property
    def texts(self) -> list[str]:
        return [self.article.text[span.start : span.end] for span in self.passages]


class Failure(BaseModel):
    """One source that did not become an article, and why."""

    source: str
    error: str


class Report(BaseModel):
    """What an ingest did; the JSON of `qawl ingest --json`."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    passages: int = 0
    statements: int = 0
    seconds: float = 0.0
    failures: list[Failure] = []

    def fail(self, source: str, error: str) -> None:
        """Counts one failure."""
        self.failed += 1
        self.failures.append(Failure(source=source, error=error))

    @property
    def done(self) -> int:
        """Articles dealt with, failures included."""
        return self.added + self.updated + self.unchanged + self.failed

    def add(self, other: "Report") -> None:
        """Counts what another report counted, too."""
        for name in ("added", "updated", "unchanged", "failed", "passages", "statements"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failures += other.failures


@dataclass
class _Batch:
    """Articles that are worked on together, and what became of those that came with them and need no work.

    `known` are the content hashes of those that the archive has, `cut` is what is new or changed.
    """

    articles: list[Article] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    known: dict[str, str] = field(default_factory=dict)
    cut: list[_Article] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What was understood of an article that is not stored yet.

    Attributes:
        speakers: who is quoted, as the article names them, the most quoted first.
        known: whether the archive has no article of that id, another version of it, or this one.
    """

    title: str | None
    published: Published | None
    source: str | None
    author: str | None
    lang: str
    passages: int
    statements: int
    speakers: tuple[str, ...]
    known: Literal["new", "changed", "same"]


class Ingestor:
    """Puts articles into an archive. Ingesting the same article again changes nothing."""

    def __init__(self, archive: Archive, encoder: Encoder, means: LanguageMeans, attributor: Attributor) -> None:
        self._archive = archive
        self._encoder = encoder
        self._means = means
        self._attributor = attributor
        self._encoding, self._attributing = Steps(), Steps()

    def ingest(
        self,
        found: Iterable[Article | SourceError],
        *,
        dry_run: bool = False,
        progress: Callable[[Report], None] = lambda report: None,
        journal: Callable[[Sequence[Prepared]], None] = lambda prepared: None,
        pause: Callable[[], None] | None = None,
    ) -> Report:
        """Takes in every article found and reports what became of each; `progress` is called after each batch.

        With `dry_run` nothing is encoded or stored, and the report says what would be. `journal` is called with what is
        about to be put. With `pause` the work is done in `Steps`, and `pause` is called before each; it may raise
        to end the ingest.

        Raises:
            ArchiveError: when the archive cannot be written; what was reported before is stored.
        """
        started = time.monotonic()
        report = Report()
        batches = self._cut_batches(_batches(found), pause)
        with closing(_nothing_encoded(batches) if dry_run else self._encoded(batches, pause)) as encoded:
            for batch, encodings in encoded:
                report.add(batch.report)
                if dry_run:
                    report.passages += sum(len(one.passages) for one in batch.cut)
                    report.updated += sum(one.article.id in batch.known for one in batch.cut)
                    report.added += sum(one.article.id not in batch.known for one in batch.cut)
                elif batch.cut:
                    prepared = self._prepare(batch.cut, encodings, pause)
                    journal(prepared)
                    self._put(prepared, report)
                    give_back()
                report.seconds = round(time.monotonic() - started, 3)
                progress(report)
        report.seconds = round(time.monotonic() - started, 3)
        return report

    def encode_anew(
        self, only: Sequence[str] | None = None, *, progress: Callable[[Report], None] = lambda report: None
    ) -> Report:
        """Cuts and encodes every article of the archive again, after a change of model, or some, after a damage.

        Until all are done the archive is bound to no model: a run that was interrupted cannot pass for a finished one.
        """
        if only is None:
            self._archive.bind_model("an unfinished repair", force=True)
        articles = self._archive.articles() if only is None else filter(None, map(self._archive.article, only))
        report = Report()
        with closing(self._encoded(self._cut_batches(_batches(articles), anew=True))) as encoded:
            for batch, encodings in encoded:
                report.add(batch.report)
                self._put(self._prepare(batch.cut, encodings), report, anew=True)
                progress(report)
        if only is None:
            self._archive.bind_model(self._encoder.identity, force=True)
        return report

    def _cut_batches(
        self, batches: Iterable["_Batch"], pause: Callable[[], None] | None = None, *, anew: bool = False
    ) -> Generator["_Batch", None, None]:
        """The batches with what is new or changed in them cut; with `anew` all of it."""
        for batch in batches:
            changed = batch.articles
            if not anew:
                batch.known = self._archive.hashes([one.id for one in batch.articles])
                changed = [one for one in batch.articles if batch.known.get(one.id) != one.content_hash]
                batch.report.unchanged += len(batch.articles) - len(changed)
            batch.cut = self._cut_each(changed, batch.report, pause)
            yield batch

    def _encoded(
        self, batches: Generator["_Batch", None, None], pause: Callable[[], None] | None = None
    ) -> Generator[tuple["_Batch", list[Encoding]], None, None]:
        """The batches, encoded; without pauses one batch is cut and the next encoded while the caller has the last."""
        yield from self._encoded_each(batches, pause) if pause else ahead(self._encoded_each(ahead(batches)))

    def _encoded_each(
        self, batches: Generator["_Batch", None, None], pause: Callable[[], None] | None = None
    ) -> Generator[tuple["_Batch", list[Encoding]], None, None]:
        with closing(batches):
            for batch in batches:
                yield batch, self._encode([one.texts for one in batch.cut], pause)

    def preview(self, article: Article) -> Preview:
        """What would be stored of an article; nothing is.

        Raises:
            SourceError: when it cannot be cut.
        """
        report = Report()
        cut = self._cut_each([article], report)
        if not cut:
            raise SourceError(article.id, report.failures[0].error)
        (one,) = self._prepare(cut, self._encode([each.texts for each in cut]))
        sources, statements = one.attribution.sources, one.attribution.statements
        quoted = Counter(sources[each.source].name for each in statements if each.source is not None)
        known = self._archive.hashes([article.id]).get(article.id)
        return Preview(
            title=article.title,
            published=article.published,
            source=article.source,
            author=article.author,
            lang=one.lang,
            passages=len(one.passages),
            statements=len(statements),
            speakers=tuple(name for name, _ in quoted.most_common()),
            known="new" if known is None else "same" if known == article.content_hash else "changed",
        )

    def _prepare(
        self, cut: Sequence[_Article], encodings: Sequence[Encoding], pause: Callable[[], None] | None = None
    ) -> list[Prepared]:
        parts = [
            Cut(one.article.text, one.lang, one.sentences, one.passages, encoding)
            for one, encoding in zip(cut, encodings, strict=True)
        ]
        prepared = []
        for rows in self._attributing.of([len(one.text) for one in parts], pause):
            with nullcontext() if pause else computing_alone():  # long articles one by one: little to share
                attributions = self._attributed([parts[row] for row in rows])
            for row, attribution in zip(rows, attributions, strict=True):
                one, encoding = cut[row], parts[row].encoding
                means = self._means.tokens("passage", one.lang)
                prepared.append(
                    Prepared(
                        article=one.article,
                        lang=one.lang,
                        sentences=one.sentences,
                        places=places(one.sentences, one.passages, encoding.spans),
                        passages=one.passages,
                        vectors=encoding.pooled,
                        tokens=self._means.packing.pack_each([centre(tokens, means) for tokens in encoding.tokens]),
                        attribution=attribution,
                        signature=signature(one.article.text),
                    )
                )
        return prepared

    def _attributed(self, parts: Sequence[Cut]) -> list[Attribution]:
        """Who says what in each article; a defect of ours leaves the one that it is met in without statements."""
        try:
            return self._attributor.attribute(parts)
        except QawlError:
            raise
        except Exception:
            if len(parts) == 1:
                log.exception("attributing an article failed; it is kept without statements")
                return [Attribution()]
            return [self._attributed([part])[0] for part in parts]

    def _put(self, prepared: Sequence[Prepared], report: Report, *, anew: bool = False) -> None:
        for outcome, one in zip(self._archive.put(prepared, anew=anew), prepared, strict=True):
            setattr(report, outcome, getattr(report, outcome) + 1)
            if outcome != "unchanged":
                report.passages += len(one.passages)
                report.statements += len(one.attribution.statements)

    def _encode(self, articles: Sequence[list[str]], pause: Callable[[], None] | None = None) -> list[Encoding]:
        """Each article's passages encoded; all together, so that batches are of texts of like length."""
        if not articles:  # what is all there already needs no model
            return []
        texts = sorted(
            ((number, place, text) for number, own in enumerate(articles) for place, text in enumerate(own)),
            key=lambda one: len(one[2]),
        )
        encoded: list[list[Any]] = [[None] * len(own) for own in articles]

        for rows in self._encoding.of([len(text) for *_, text in texts], pause):
            step = [texts[row] for row in rows]
            encoding = self._encoder.encode([text for *_, text in step], "passage")
            for (number, place, _), one in zip(step, encoding, strict=True):
                encoded[number][place] = one
        return [_encoding(each, self._encoder.dimension) for each in encoded]

    def _cut_each(
        self, articles: Sequence[Article], report: Report, pause: Callable[[], None] | None = None
    ) -> list[_Article]:
        """The articles that could be cut; what becomes of the others is in the report."""
        found = []
        for article in articles:
            if pause:
                pause()
            if cut := self._cut(article, report):
                found.append(cut)
        return found

    def _cut(self, article: Article, report: Report) -> _Article | None:
        """The article's language, sentences and passages; a defect of ours in one article does not stop the others."""
        try:
            lang = _language(article)
            sentences = [Sentence(start=start, end=end) for start, end in sentence_spans(article.text, lang)]
            passages = passage_spans(article.text, sentences, self._encoder.token_counts)
            return _Article(article, lang, sentences, passages)
        except QawlError:  # no model, no archive: that is not this article's fault, and the next would fare no better
            raise
        except Exception:
            log.exception("cutting article %s failed", article.id)
            report.fail(article.id, "it could not be cut into sentences; the log has the details")
            return None


def _encoding(each: Sequence[Encoded], dimension: int) -> Encoding:
    """What one pass over some texts would have given."""
    return Encoding(
        pooled=np.array([one.pooled for one in each], np.float32).reshape(-1, dimension),
        tokens=[one.tokens for one in each],
        depths=[one.depths for one in each],
        surprise=[one.surprise for one in each],
        spans=[one.spans for one in each],
    )


def _language(article: Article) -> str:
    """The language that the article says it is in ("ar-EG" is "ar"), if it says so, else what its text looks like."""
    said = (article.lang or "").lower().split("-")[0].split("_")[0]
    said = _SHORT_CODES.get(said, said)
    known = said.isalpha() and len(said) in (2, 3)
    written = _SCRIPTS.get(said)  # a page's template may say any language
    return said if known and written in (None, script_of(article.text)) else detect_language(article.text)


def _batches(found: Iterable[Article | SourceError]) -> Iterator[_Batch]:
    """What was found, failures and repetitions counted, the rest in batches of about `_BATCH_CHARACTERS`."""
    seen: dict[str, str] = {}
    batch = _Batch()
    size = 0
    for one in found:
        if isinstance(one, SourceError):
            batch.report.fail(one.source, str(one))
        elif one.id not in seen:
            seen[one.id] = one.content_hash
            batch.articles.append(one)
            size += len(one.text)
        elif seen[one.id] == one.content_hash:
            batch.report.unchanged += 1
        else:
            batch.report.fail(one.id, f"another article with the id {one.id} came before it; give each its own id")
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = _Batch(), 0
    if batch.articles or batch.report.done:
        yield batch


def _nothing_encoded(batches: Generator[_Batch, None, None]) -> Generator[tuple[_Batch, list[Encoding]], None, None]:
    """The batches, cut and not encoded."""
    for batch in batches:
        yield batch, []
