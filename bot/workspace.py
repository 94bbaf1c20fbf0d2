"""Everything a Qawl process needs, opened once, each part when it is first used."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from bot.memory import Memory
from config import Settings
from config.settings import Encoder as EncoderSettings
from ingest.attribution import Attributor
from ingest.pipeline import Ingestor
from retrieval.answering import Answerer
from retrieval.archive import Archive
from retrieval.database import Database
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from retrieval.errors import ArchiveError, ForeignModel, UsageError
from retrieval.language_means import LanguageMeans
from retrieval.lexical_index import TantivyIndex
from retrieval.planning import Asking, RoleMatcher
from retrieval.search import Searcher
from retrieval.sentence_ranking import SentenceRanker
from retrieval.speakers import SpeakerIndex
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import SqliteDatabase
from retrieval.threads import leave_cores_to_torch
from retrieval.types import Answer, Statement
from retrieval.vector_index import FaissIndex

log = logging.getLogger(__name__)


class Workspace:
    """The archive of `settings` and what works on it. Close it to have the indexes saved."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def data_dir(self) -> Path:
        """The folder of the archive and its indexes."""
        return self.settings.data_dir

    @cached_property
    def archive(self) -> Archive:
        """The archive."""
        if self.settings.database_url:
            raise UsageError("QAWL_DATABASE_URL is not supported yet: unset it to use the archive in the data folder.")
        return SqliteArchive(self.data_dir)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, bound to the archive."""
        leave_cores_to_torch()
        encoder = SentenceTransformerEncoder(self.settings.encoder)
        self.archive.bind_model(encoder.identity)
        return encoder

    @cached_property
    def vectors(self) -> FaissIndex:
        """The vector index."""
        return FaissIndex(self.data_dir, self.encoder.identity, self.means)

    @cached_property
    def words(self) -> TantivyIndex:
        """The lexical index."""
        return TantivyIndex(self.data_dir)

    @cached_property
    def means(self) -> LanguageMeans:
        """What questions and passages look like on average."""
        return LanguageMeans(self.encoder, self.settings.encoder.cache_dir)

    @cached_property
    def searcher(self) -> Searcher:
        """Question to ranked passages."""
        return Searcher(self.archive, self.encoder, self.means, self.vectors, self.words, self.settings.ranking)

    @cached_property
    def answerer(self) -> Answerer:
        """Question to answer."""
        ranker = SentenceRanker(self.archive, self.searcher)
        return Answerer(ranker, Asking(self.archive, self.speakers, RoleMatcher(self.encoder, self.means)))

    @cached_property
    def speakers(self) -> SpeakerIndex:
        """Who is quoted."""
        return SpeakerIndex()

    @cached_property
    def attributor(self) -> Attributor:
        """Articles to statements."""
        from ingest.attribution.attributor import TaggedAttributor  # noqa: PLC0415  torch takes seconds

        if not self.settings.encoder.model:
            return TaggedAttributor()
        bundled = EncoderSettings(cache_dir=self.settings.encoder.cache_dir)
        return TaggedAttributor(SentenceTransformerEncoder(bundled))

    @cached_property
    def ingestor(self) -> Ingestor:
        """Articles to archive."""
        return Ingestor(self.archive, self.encoder, self.means, self.attributor)

    @cached_property
    def database(self) -> Database:
        """The database under the archive, for what is kept beside it; a connection of its own."""
        return SqliteDatabase(self.data_dir)

    @cached_property
    def memory(self) -> Memory:
        """What the bot remembers."""
        return Memory(self.database)

    def answer(self, question: str, *, limit: int) -> Answer:
        """The answer to somebody's question; one that the archive does not have is put on the wish list.

        Raises:
            QuestionError: when the question is empty or too long.
        """
        answer = self.answerer.answer(question, limit=limit)
        asked = any(letter.isalnum() for letter in answer.question)
        if asked and answer.status == "not_found" and not answer.plan.choices:
            try:
                self.archive.wish(answer.question, answer.language, datetime.now(UTC))
            except ArchiveError as error:  # who asks must not suffer from a full disk
                log.warning("The wish list could not be written: %s", error)
        return answer

    def statements(self, *, article_id: str | None = None, speaker: str | None = None) -> Iterator[Statement]:
        """Who said what: everything, one article's, or what people of that name said."""
        self.speakers.catch_up(self.archive)
        sources = None
        if speaker is not None:
            sources = {source for one in self.speakers.find(speaker) for source in one.sources}
        article = None
        for one in self.archive.statements(article_id=article_id, source_ids=sources):
            if article is None or article.id != one.article_id:
                article = self.archive.article(one.article_id)
            if article:
                yield Statement(
                    article_id=article.id,
                    start=one.span.start,
                    end=one.span.end,
                    quote=article.text[one.span.start : one.span.end],
                    speaker=None if one.source_id is None else self.speakers.speaker(one.source_id),
                    cue=one.cue,
                    kind=one.kind,
                    published=article.published,
                )

    def open(self) -> None:
        """Opens the archive and makes sure that it is this encoder's, before anybody asks."""
        _ = self.encoder

    def warm_up(self) -> None:
        """Opens everything that answering needs, so that the first question does not wait for it."""
        self.answerer.answer("warm-up")

    def problems(self) -> list[str]:
        """What is wrong with the archive and its indexes, one line each; none when they agree."""
        return self.archive.problems() + self.vectors.problems(self.archive) + self.words.problems(self.archive)

    def repair(self) -> list[str]:
        """Mends what `problems` finds, a change of model included; returns what was mended."""
        encoder = SentenceTransformerEncoder(self.settings.encoder)
        mended = self.archive.problems()
        try:
            self.archive.bind_model(encoder.identity)
        except ForeignModel as error:
            mended.append(str(error))
        if mended:
            means = LanguageMeans(encoder, self.settings.encoder.cache_dir)
            Ingestor(self.archive, encoder, means, self.attributor).encode_anew()
        for index in (self.vectors, self.words):
            mended += index.problems(self.archive)
            index.rebuild(self.archive)
        return mended

    def save(self) -> None:
        """Brings the indexes to the archive's last write and puts them on disk."""
        self.vectors.catch_up(self.archive)
        self.vectors.save()
        self.words.catch_up(self.archive)

    def close(self) -> None:
        """Saves what was opened and closes it."""
        try:
            if "vectors" in self.__dict__:
                self.save()
        finally:
            for name in ("archive", "database"):
                if name in self.__dict__:
                    getattr(self, name).close()
