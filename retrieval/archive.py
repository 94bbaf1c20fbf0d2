"""The archive: the one source of truth, behind a Protocol so that it may live in SQLite or elsewhere."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.types import Article, Kind, Passage, Sentence, Span

Outcome = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True)
class Source:
    """Somebody who is quoted in one article (PARC's source): a person, a body, or somebody unnamed.

    `name` is the fullest form that the article has, `aliases` its other forms; `introduced` is where the article gives
    title and name.
    """

    name: str
    aliases: Sequence[str]
    role: str | None
    person: bool
    introduced: Span


@dataclass(frozen=True)
class Attributed:
    """A statement within an article: whole sentences, and whose they are.

    `source` is a position in the article's list of sources; None when nobody could be named.
    """

    span: Span
    source: int | None
    cue: str | None
    kind: Kind


@dataclass(frozen=True)
class Attribution:
    """Who says what in one article."""

    sources: Sequence[Source] = ()
    statements: Sequence[Attributed] = ()

    def counts(self) -> list[int]:
        """How many statements each source has."""
        own = Counter(one.source for one in self.statements)
        return [own[place] for place in range(len(self.sources))]


@dataclass(frozen=True)
class Place:
    """Which tokens of which passage a sentence is; `passage` is a position in the article's list of passages."""

    passage: int
    first_token: int
    end_token: int


@dataclass(frozen=True)
class Prepared:
    """An article ready to be stored: cut into sentences and passages, each passage encoded, statements attributed.

    `places` has one entry a sentence; `vectors` is float32 of shape (len(passages), dimension), unit length; `tokens`
    are the packed token vectors of each passage; `signature` is what near-duplicates are found by.
    """

    article: Article
    lang: str
    sentences: Sequence[Sentence]
    places: Sequence[Place]
    passages: Sequence[Span]
    vectors: npt.NDArray[np.float32]
    tokens: Sequence[bytes]
    attribution: Attribution = Attribution()
    signature: bytes = b""


class StoredSource(NamedTuple):
    """A `Source` with its id, its article's language, and how many statements it has there; small: there are many."""

    id: int
    lang: str
    name: str
    aliases: Sequence[str]
    role: str | None
    person: bool
    statements: int


@dataclass(frozen=True)
class StoredStatement:
    """A statement as the archive keeps it; `source_id` is that of a `StoredSource`."""

    span: Span
    source_id: int | None
    cue: str | None
    kind: Kind


@dataclass(frozen=True)
class StoredSentence:
    """A sentence, its tokens in its passage, and the statements that it carries.

    `article` is the archive's own number of the article, which no other has, and no other version of it.
    """

    article: int
    passage_id: int
    span: Span
    first_token: int
    end_token: int
    statements: Sequence[StoredStatement]


@dataclass(frozen=True)
class StoredText:
    """The text of an article and its day, as they are stored."""

    id: str
    text: str
    published: date | datetime | None


@dataclass(frozen=True)
class Wish:
    """A question that the archive could not answer, and how often it was asked."""

    question: str
    language: str
    times: int
    last_asked: str


@dataclass(frozen=True)
class Counts:
    """How much an archive holds."""

    articles: int
    sentences: int
    passages: int
    statements: int
    languages: dict[str, int]
    bytes: int


@dataclass(frozen=True)
class ArticleSummary:
    """An article without its text, and how many passages it has."""

    id: str
    title: str | None
    source: str | None
    published: str | None
    lang: str
    passages: int
    statements: int


@dataclass(frozen=True)
class Changes:
    """What came and went after some sequence number, up to and including `sequence`.

    A passage both added and removed in between is not in `ids`. `ids` is int64 of shape (n,), ascending; `langs` and
    `texts` are the passages' languages and texts; `vectors` is float32 of shape (n, dimension); `removed` are
    inclusive ranges of passage ids, to be taken out before the others are put in.
    """

    sequence: int
    ids: npt.NDArray[np.int64]
    langs: list[str]
    texts: list[str]
    vectors: npt.NDArray[np.float32]
    removed: list[tuple[int, int]]


class Archive(Protocol):
    """Articles and their parts. Every write is one transaction: whole, or not at all.

    All methods raise `ArchiveError` when the storage fails.
    """

    @property
    def identity(self) -> str:
        """Tells this archive from any other; a derived index keeps it."""

    def bind_model(self, identity: str, *, force: bool = False) -> None:
        """Remembers which encoder the vectors come from; raises `ForeignModel` when it was another one.

        With `force` it is this one from now on; whoever says so encodes everything anew. An archive without vectors
        takes any.
        """

    def hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Content hash of each of these articles that is in the archive."""

    def put(self, prepared: Sequence[Prepared], *, anew: bool = False) -> list[Outcome]:
        """Stores articles in one transaction; a changed one replaces its old version, an equal one is left alone.

        With `anew` an equal one is replaced, too.
        """

    def delete(self, article_ids: Sequence[str]) -> list[str]:
        """Takes articles out in one transaction; returns the ids that were there."""

    def copies(self, article_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """Ids of the near-duplicates of each of these articles that has any."""

    def article(self, article_id: str) -> Article | None:
        """The article, or None; raises `ArchiveDamaged` when it is not what was stored."""

    def articles_of(self, article_ids: Collection[str]) -> dict[str, Article]:
        """Those of the articles that are there, by id; raises `ArchiveDamaged` when one is not what was stored."""

    def texts_of(self, numbers: Collection[int]) -> dict[int, StoredText]:
        """Texts of the articles with these numbers that are there, by number; none for a version that was replaced.

        To look through, not to show: unlike `articles_of` it does not check, at a third of the time, whether they
        are what was stored. Raises `ArchiveDamaged` when one cannot be read at all.
        """

    def articles(self) -> Iterator[Article]:
        """Every article, oldest write first."""

    def summaries(self) -> Iterator[ArticleSummary]:
        """Every article without its text, newest write last."""

    def newest(self, limit: int, skip: int = 0) -> list[ArticleSummary]:
        """At most `limit` articles without their text, newest write first, those after the first `skip`."""

    def sentences(self, article_id: str) -> list[Sentence]:
        """The article's sentences in order; none when it is not there."""

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Those of the passages that are there, in the order of `ids`."""

    def token_vectors(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Packed token vectors of those of the passages that are there."""

    def sources(self, since: int = 0) -> Iterator[StoredSource]:
        """The sources of articles written after sequence number `since`, oldest first."""

    def removed_since(self, since: int) -> bool:
        """Whether an article was taken out or replaced after sequence number `since`."""

    def statements(
        self, *, article_id: str | None = None, source_ids: Collection[int] | None = None
    ) -> Iterator[tuple[str, StoredStatement]]:
        """Articles' ids and their statements, in order: all, one article's, or those of some sources."""

    def passages_of(self, source_ids: Collection[int]) -> list[int]:
        """Ids of the passages that carry statements of these sources, ascending."""

    def stored_sentences(self, passage_ids: Sequence[int]) -> list[StoredSentence]:
        """The sentences of these passages, in order, with the statements that each carries."""

    def wish(self, question: str, language: str, asked: datetime) -> None:
        """Remembers a question that had no answer, not who asked it."""

    def wishes(self) -> list[Wish]:
        """Questions without an answer, the most asked first."""

    def grant(self, question: str | None = None) -> int:
        """Takes a question off the wish list, or all of them; how many that were."""

    def sequence(self) -> int:
        """Number of the last write."""

    def changes(self, since: int) -> Iterator[Changes]:
        """What happened after `since`, oldest first, in portions that fit in memory."""

    def passage_ids(self) -> npt.NDArray[np.int64]:
        """Ids of all passages, ascending, int64 of shape (n,)."""

    def problems(self) -> list[str]:
        """What is wrong with the stored data, one line each; none when all is well."""

    def damaged(self) -> list[str]:
        """Ids of articles that must be cut and encoded anew, since their parts are missing or lie outside them."""

    def mend(self) -> None:
        """Mends what can be mended without an encoder: all that `problems` finds but damaged articles and files."""

    def counts(self) -> Counts:
        """How much there is."""

    def close(self) -> None:
        """Releases files and connections."""
