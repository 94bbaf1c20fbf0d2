"""Articles in: sentences, passages, vectors, archive. An article is in the archive whole, or not at all."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from ingest.attribution import Attributor, Cut
from ingest.passages import passage_spans, places
from ingest.sentences import sentence_spans
from retrieval.archive import Archive, Prepared
from retrieval.encoder import Encoder, Encoding
from retrieval.errors import QawlError, SourceError
from retrieval.language import detect_language
from retrieval.language_means import LanguageMeans
from retrieval.late_interaction import centre
from retrieval.packing import pack
from retrieval.types import Article, Sentence, Span

log = logging.getLogger(__name__)

# Articles are encoded and committed together: enough to fill the encoder's batches with texts of like length, little
# enough that a commit comes every few seconds.
_BATCH_CHARACTERS = 60_000


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


class Ingestor:
    """Puts articles into an archive. Ingesting the same article again changes nothing."""

    def __init__(self, archive: Archive, encoder: Encoder, means: LanguageMeans, attributor: Attributor) -> None:
        self._archive = archive
        self._encoder = encoder
        self._means = means
        self._attributor = attributor

    def ingest(
        self,
        found: Iterable[Article | SourceError],
        *,
        dry_run: bool = False,
        progress: Callable[[Report], None] = lambda report: None,
    ) -> Report:
        """Takes in every article found and reports what became of each; `progress` is called after each batch.

        With `dry_run` nothing is encoded or stored, and the report says what would be.

        Raises:
            ArchiveError: when the archive cannot be written; what was reported before is stored.
        """
        started = time.monotonic()
        report = Report()
        for batch in _batches(self._once_each(found, report)):
            self._ingest_batch(batch, report, dry_run=dry_run)
            report.seconds = round(time.monotonic() - started, 3)
            progress(report)
        report.seconds = round(time.monotonic() - started, 3)
        return report

    def encode_anew(self, *, progress: Callable[[Report], None] = lambda report: None) -> Report:
        """Cuts and encodes every article of the archive again, after a change of model or a damage.

        Until it is done the archive is bound to no model: a run that was interrupted cannot pass for a finished one.
        """
        self._archive.bind_model("an unfinished repair", force=True)
        report = Report()
        for batch in _batches(self._archive.articles()):
            if cut := [parts for article in batch if (parts := self._cut(article, report))]:
                self._store(cut, report, anew=True)
            progress(report)
        self._archive.bind_model(self._encoder.identity, force=True)
        return report

    def _once_each(self, found: Iterable[Article | SourceError], report: Report) -> Iterator[Article]:
        """The articles found, failures and repetitions taken out."""
        seen: dict[str, str] = {}
        for one in found:
            if isinstance(one, SourceError):
                report.fail(one.source, str(one))
            elif one.id not in seen:
                seen[one.id] = one.content_hash
                yield one
            elif seen[one.id] == one.content_hash:
                report.unchanged += 1
            else:
                report.fail(one.id, f"another article with the id {one.id} came before it; give each its own id")

    def _ingest_batch(self, articles: Sequence[Article], report: Report, *, dry_run: bool) -> None:
        known = self._archive.hashes([article.id for article in articles])
        changed = [article for article in articles if known.get(article.id) != article.content_hash]
        report.unchanged += len(articles) - len(changed)
        cut = [parts for article in changed if (parts := self._cut(article, report))]
        if not cut:
            return
        if dry_run:
            report.passages += sum(len(one.passages) for one in cut)
            report.updated += sum(one.article.id in known for one in cut)
            report.added += sum(one.article.id not in known for one in cut)
            return
        self._store(cut, report, anew=False)

    def _store(self, cut: Sequence[_Article], report: Report, *, anew: bool) -> None:
        encodings = self._encode([one.texts for one in cut])
        parts = [
            Cut(one.article.text, one.lang, one.sentences, one.passages, encoding)
            for one, encoding in zip(cut, encodings, strict=True)
        ]
        attributions = self._attributor.attribute(parts)
        prepared = []
        for one, part, attribution in zip(cut, parts, attributions, strict=True):
            means = self._means.tokens("passage", one.lang)
            prepared.append(
                Prepared(
                    article=one.article,
                    lang=one.lang,
                    sentences=one.sentences,
                    places=places(one.sentences, one.passages, part.encoding.spans),
                    passages=one.passages,
                    vectors=part.encoding.pooled,
                    tokens=[pack(centre(tokens, means), self._means.spread) for tokens in part.encoding.tokens],
                    attribution=attribution,
                )
            )
        for outcome, one_prepared in zip(self._archive.put(prepared, anew=anew), prepared, strict=True):
            setattr(report, outcome, getattr(report, outcome) + 1)
            if outcome != "unchanged":
                report.passages += len(one_prepared.passages)
                report.statements += len(one_prepared.attribution.statements)

    def _encode(self, articles: Sequence[list[str]]) -> list[Encoding]:
        """Each article's passages encoded; all together, so that batches are of texts of like length."""
        encoding = self._encoder.encode([text for texts in articles for text in texts], "passage")
        found = []
        start = 0
        for texts in articles:
            found.append(encoding.part(start, start + len(texts)))
            start += len(texts)
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


def _language(article: Article) -> str:
    """The language that the article says it is in ("ar-EG" is "ar"), if it says so, else what its text looks like."""
    said = (article.lang or "").lower().split("-")[0].split("_")[0]
    return said if said.isalpha() and len(said) in (2, 3) else detect_language(article.text)


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    size = 0
    for article in articles:
        batch.append(article)
        size += len(article.text)
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
