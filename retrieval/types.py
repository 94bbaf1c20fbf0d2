"""The nouns of Qawl: what is stored, what is asked, what is answered. `docs/` and CONTRACT call them the same.

All offsets count Unicode code points; every quote satisfies `article.text[start:end] == quote`.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator


def _with_zone(value: date) -> date:
    """A time without a zone is taken as UTC; a bare date stays a date."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


# A bare date stays a date: saying "midnight UTC" would claim more than the source did.
Published = Annotated[date | datetime, Field(union_mode="left_to_right"), AfterValidator(_with_zone)]


Kind = Literal["direct", "indirect", "mixed"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of code points in an article's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"no span: [{self.start}, {self.end})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence(Span):
    """One sentence of an article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage(Span):
    """Neighbouring sentences of one paragraph that are encoded and ranked together.

    `id` is given by the archive, grows, and is never used twice.
    """

    id: int
    article_id: str
    lang: str


class Article(_Value):
    """One news article as it was given; `text` is never altered."""

    id: str = Field(min_length=1)
    title: str | None = None
    text: str = Field(min_length=1)
    url: str | None = None
    source: str | None = None
    author: str | None = None
    published: Published | None = None
    lang: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _derive_id(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("id") and isinstance(data.get("text"), str):
            return {**data, "id": hashlib.sha256(data["text"].encode("utf-8", "surrogatepass")).hexdigest()[:16]}
        return data

    @field_validator("text")
    @classmethod
    def _is_text(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("the text is empty")
        if "\0" in text:
            raise ValueError("the text contains NUL characters; it is not text")
        return text

    @field_validator("id", "url", "lang")
    @classmethod
    def _is_name(cls, value: str | None) -> str | None:
        if value and "\0" in value:
            raise ValueError("it contains NUL characters, which no database can look for")
        return value

    @field_validator("title", "source", "author")
    @classmethod
    def _without_nul(cls, value: str | None) -> str | None:
        """PDFs and pages carry NUL in what they say about themselves; nobody can see it, and PostgreSQL takes none."""
        return value.replace("\0", "") if value else value

    @property
    def content_hash(self) -> str:
        """SHA-256 over all fields: two articles with the same hash are the same article."""
        without = {"author"} if self.author is None else None  # hashes of before there were authors stay true
        return hashlib.sha256(self.model_dump_json(exclude=without).encode()).hexdigest()


class Speaker(_Value):
    """Somebody who is quoted. `name` is the fullest form in the article's own script."""

    id: str
    name: str
    aliases: list[str] = []
    role: str | None = None


class _Part(_Value):
    start: int = Field(ge=0)
    end: int

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"nothing is in [{self.start}, {self.end})")
        return self


class Statement(_Part):
    """An attributed statement: the sentences that carry it, cue included."""

    article_id: str
    quote: str
    speaker: Speaker | None = None
    cue: str | None = None
    kind: Kind
    published: Published | None = None


class Hit(_Part):
    """One ranked passage. `score` orders the hits of one query; `match` can be compared across queries."""

    article_id: str
    passage_id: int
    score: float
    match: float


class Evidence(_Part):
    """A verbatim part of an article shown as an answer. Make it with `Evidence.cut`."""

    article_id: str
    title: str | None
    url: str | None
    source: str | None
    author: str | None = None
    published: Published | None
    quote: str
    speaker: Speaker | None = None
    kind: Kind | Literal["narration"] = "narration"
    score: float
    also_in: list[str] = []

    @classmethod
    def cut(cls, article: Article, start: int, end: int, **rest: Any) -> Self:
        """The evidence `article.text[start:end]`.

        Raises:
            ValueError: when the range does not lie within the article's text.
        """
        if not 0 <= start < end <= len(article.text):
            raise ValueError(f"[{start}, {end}) is not within article {article.id} of length {len(article.text)}")
        return cls(
            article_id=article.id,
            title=article.title,
            url=article.url,
            source=article.source,
            author=article.author,
            published=article.published,
            quote=article.text[start:end],
            start=start,
            end=end,
            **rest,
        )


class Plan(_Value):
    """What a question asks for.

    `choices` are the people whom an ambiguous name may mean or, when `misspelt`, those whose names are nearly the one
    asked for, which is nobody's; then `speaker` is None.
    """

    speaker: Speaker | None = None
    choices: list[Speaker] = []
    misspelt: bool = False
    topic: str
    since: date | None = None
    until: date | None = None
    intent: Literal["statements", "who", "fact"] = "fact"


class Timings(_Value):
    """Milliseconds that each stage of an answer took."""

    plan: float = 0.0
    retrieve: float = 0.0
    rerank: float = 0.0
    answer: float = 0.0
    total: float = 0.0


class Answer(_Value):
    """What a question gets: evidence, best first, or `not_found` with what comes nearest.

    `message` is what a person reads; the one who renders for people fills it in.
    """

    question: str
    language: str
    status: Literal["answered", "not_found"]
    message: str = ""
    plan: Plan
    evidence: list[Evidence] = []
    nearest: list[Evidence] = []
    timings_ms: Timings = Timings()
