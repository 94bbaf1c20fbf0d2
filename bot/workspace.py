"""Everything a Qawl process needs, opened once, each part when it is first used."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.memory import Memory
from bot.relief import Relieved
from config import Settings
from config.logs import keep_secret, set_up_logging
from config.settings import Encoder as EncoderSettings
from ingest.attribution import Attributor
from ingest.feed_list import FeedList
from ingest.pipeline import Ingestor
from ingest.queue import Job, Queue, unpacked
from ingest.sources import read_bytes
from ingest.worker import Worker
from retrieval.answering import Answerer
from retrieval.archive import Archive
from retrieval.candidates import CandidateIndex
from retrieval.database import Database
from retrieval.embedded_index import EmbeddedIndex
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from retrieval.errors import ArchiveError, ArchiveUnwritable, ForeignModel, SourceError, UsageError
from retrieval.garbage import keep_all, making_much
from retrieval.heap import keep_little
from retrieval.language import detect_language
from retrieval.language_means import LanguageMeans
from retrieval.lexical_index import TantivyIndex
from retrieval.planning import Asking, RoleMatcher
from retrieval.search import Searcher
from retrieval.sentence_ranking import SentenceRanker
from retrieval.speakers import SpeakerIndex
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import SqliteDatabase
from retrieval.threads import Precedence, leave_cores_to_encoder
from retrieval.types import Answer, Article, Statement
from retrieval.typing_ahead import TypeAhead
from retrieval.vector_index import FaissIndex

if TYPE_CHECKING:
    from ingest.fetching import Fetcher
    from ingest.poller import Poller
    from retrieval.postgres_database import PostgresDatabase

log = logging.getLogger(__name__)

_OF_ANSWERING = {"data_dir", "encoder", "ranking", "log"}  # settings


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
        if not self.settings.database_url:
            return SqliteArchive(self.data_dir)
        database = self._postgres
        from retrieval.postgres_archive import PostgresArchive  # noqa: PLC0415  psycopg is not everybody's

        return PostgresArchive(database)

    @cached_property
    def _postgres(self) -> "PostgresDatabase":
        """The database on a server, for the archive, its search, and what is kept beside it."""
        try:
            from retrieval.postgres_database import PostgresDatabase  # noqa: PLC0415
        except ImportError as error:
            raise UsageError(f"QAWL_DATABASE_URL needs `pip install 'qawl[postgres]'`: {error}.") from error
        url = self.settings.database_url or ""
        keep_secret(url)
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ArchiveUnwritable(f"The data folder {self.data_dir} cannot be made: {error.strerror}.") from error
        return PostgresDatabase(url)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, bound to the archive."""
        leave_cores_to_encoder()
        keep_little()
        encoder = SentenceTransformerEncoder(self.settings.encoder)
        self.archive.bind_model(encoder.identity)
        return encoder

    @cached_property
    def vectors(self) -> FaissIndex:
        """The vector index in the data folder."""
        return FaissIndex(self.data_dir, self.encoder.identity, self.means)

    @cached_property
    def words(self) -> TantivyIndex:
        """The lexical index in the data folder."""
        return TantivyIndex(self.data_dir)

    @cached_property
    def index(self) -> CandidateIndex:
        """What finds passages: the two indexes in the data folder, or the database itself."""
        if not self.settings.database_url:
            return EmbeddedIndex(self.archive, self.vectors, self.words, self.settings.ranking)
        from retrieval.postgres_index import PostgresIndex  # noqa: PLC0415  psycopg is not everybody's

        return PostgresIndex(self._postgres, self.means, self.settings.ranking)

    @cached_property
    def means(self) -> LanguageMeans:
        """What questions and passages look like on average."""
        return LanguageMeans(self.encoder, self.settings.encoder.cache_dir)

    @cached_property
    def searcher(self) -> Searcher:
        """Question to ranked passages."""
        return Searcher(self.encoder, self.means, self.index, self.settings.ranking)

    @cached_property
    def asking(self) -> Asking:
        """Question to plan."""
        return Asking(self.archive, self.speakers, RoleMatcher(self.encoder, self.means))

    @cached_property
    def answerer(self) -> Answerer:
        """Question to answer."""
        return Answerer(SentenceRanker(self.archive, self.searcher), self.asking)

    @cached_property
    def answering(self) -> Callable[..., Answer]:
        """The same as a function; a second process helps with it while many ask.

        Not on a single core, nor with a database on a server: there bots share the load, and each has connections that
        are counted.
        """
        if self.settings.database_url or (os.cpu_count() or 1) < 2:
            return self.answerer.answer
        return Relieved(self.answerer.answer, partial(_answering, self.settings.model_dump(include=_OF_ANSWERING)))

    @cached_property
    def type_ahead(self) -> TypeAhead:
        """Quotations for what is being typed."""
        return TypeAhead(self.archive, self.asking, self.answerer)

    @cached_property
    def speakers(self) -> SpeakerIndex:
        """Who is quoted."""
        return SpeakerIndex(self.data_dir)

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
        """The database under the archive, for what is kept beside it."""
        return self._postgres if self.settings.database_url else SqliteDatabase(self.data_dir)

    @cached_property
    def memory(self) -> Memory:
        """What the bot remembers."""
        return Memory(self.database)

    @cached_property
    def fetcher(self) -> "Fetcher":
        """Fetches what admins link to."""
        from ingest.addresses import is_any, is_public  # noqa: PLC0415  a tenth of a second that asking need not wait
        from ingest.fetching import Fetcher  # noqa: PLC0415

        return Fetcher(allow=is_any if self.settings.ingest.allow_private_addresses else is_public)

    @cached_property
    def precedence(self) -> Precedence:
        """Lets questions go before ingest."""
        return Precedence()

    @cached_property
    def queue(self) -> Queue:
        """What waits to be taken in."""
        return Queue(self.database)

    @cached_property
    def worker(self) -> Worker:
        """Takes in what waits, once it is started."""
        return Worker(
            self.queue,
            self.archive,
            lambda: self.ingestor,
            self._read,
            give_way=self.precedence.give_way,
            catch_up=self.catch_up,
            wanted=lambda: not self.database.duties.others_do("ingest"),
        )

    @cached_property
    def feeds(self) -> FeedList:
        """The feeds that are read by a schedule."""
        return FeedList(self.database)

    @cached_property
    def poller(self) -> "Poller":
        """Reads the feeds, once it is started."""
        from ingest.poller import Poller  # noqa: PLC0415  a tenth of a second that asking need not wait

        return Poller(self.database, self.queue, lambda: self.fetcher)

    def _read(self, job: Job, payload: bytes) -> Iterable[Article | SourceError]:
        """A job's articles."""
        if job.what == "articles":
            return unpacked(payload)
        if job.what == "file":
            return read_bytes(job.name, payload)
        from ingest.sources.web import read_url  # noqa: PLC0415  a tenth of a second that asking need not wait

        return read_url(job.name, self.fetcher)

    def catch_up(self) -> None:
        """Brings what answers questions to the archive's last write."""
        self.index.maintain()
        self.speakers.catch_up(self.archive)

    def answer(self, question: str, *, limit: int, speaker_id: str | None = None) -> Answer:
        """The answer to somebody's question, by the speaker with that id if there is one.

        A question without an answer in the archive is put on the wish list.

        Raises:
            QuestionError: when the question is empty or too long.
        """
        with self.precedence.question():
            answer = self.answering(question, limit=limit, speaker_id=speaker_id)
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
        for own, one in self.archive.statements(article_id=article_id, source_ids=sources):
            if article is None or article.id != own:
                article = self.archive.article(own)
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

    def load(self) -> None:
        """Loads what takes longest of what answering needs, beside each other."""
        encoder = self.encoder
        with making_much(), ThreadPoolExecutor(1, "load") as beside:
            loading = [beside.submit(encoder.encode, ["warm-up"], "query"), beside.submit(getattr, self, "index")]
            detect_language("warm-up")  # first: beside what keeps the interpreter for a second it would not get on
            self.speakers.catch_up(self.archive)
            for one in loading:
                one.result()

    def warm_up(self) -> None:
        """Does what the first question would have to wait for."""
        self.load()
        self.answerer.answer("warm-up")
        keep_all()

    def problems(self) -> list[str]:
        """What is wrong with the archive and its indexes, one line each; none when they agree."""
        return self.archive.problems() + self.index.problems()

    def repair(self) -> list[str]:
        """Mends what `problems` finds, a change of model included; returns what was mended."""
        encoder = SentenceTransformerEncoder(self.settings.encoder)
        mended = self.archive.problems()
        damaged: list[str] | None = self.archive.damaged()
        self.archive.mend()
        try:
            self.archive.bind_model(encoder.identity)
        except ForeignModel as error:
            mended.append(str(error))
            damaged = None  # all of them
        if damaged != []:
            means = LanguageMeans(encoder, self.settings.encoder.cache_dir)
            Ingestor(self.archive, encoder, means, self.attributor).encode_anew(damaged)
        mended += self.index.problems()
        self.index.rebuild()
        return mended

    def save(self) -> None:
        """Brings the index to the archive's last write and keeps it."""
        self.index.save()
        self.index.maintain()

    def close(self) -> None:
        """Saves what was opened and closes it."""
        try:
            if isinstance(relieved := self.__dict__.get("answering"), Relieved):
                relieved.close()
            for name in ("worker", "poller"):
                if name in self.__dict__:
                    getattr(self, name).stop()
            for name in ("index", "speakers"):
                if name in self.__dict__:
                    getattr(self, name).save()
        finally:
            for name in ("vectors", "archive", "database"):
                if name in self.__dict__:
                    getattr(self, name).close()


@contextmanager
def _answering(given: Mapping[str, Any]) -> Iterator[Callable[..., Answer]]:
    """Answers questions in a process of its own, which knows no token: its settings are those that are given."""
    for name in [own for own in os.environ if own.upper().startswith("QAWL_")]:
        del os.environ[name]
    settings = Settings(**given)
    set_up_logging(settings.log)
    workspace = Workspace(settings)
    try:
        workspace.warm_up()
        yield workspace.answerer.answer
    finally:
        workspace.close()
