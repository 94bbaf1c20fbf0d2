"""Who says what in whole texts, with the model that Qawl ships."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.attribution import Cut
from ingest.attribution.attributor import TaggedAttributor
from ingest.passages import passage_spans
from ingest.sentences import sentence_spans
from retrieval.archive import Attribution
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.names import name_words
from retrieval.types import Sentence
from tests.fakes import FakeEncoder
from tests.texts import ALL

Said = tuple[int, str | None]  # number of the sentence, last name or whole name of a body


@pytest.fixture(scope="module")
def attributor() -> TaggedAttributor:
    return TaggedAttributor()


def cut(text: str, lang: str, encoder: SentenceTransformerEncoder) -> Cut:
    sentences = [Sentence(start=start, end=end) for start, end in sentence_spans(text, lang)]
    passages = passage_spans(text, sentences, encoder.token_counts)
    encoding = encoder.encode([text[one.start : one.end] for one in passages], "passage")
    return Cut(text, lang, sentences, passages, encoding)


def who(article: Cut, found: Attribution) -> list[Said]:
    """Of each statement the sentence that it is, and whose."""
    spans = [(one.start, one.end) for one in article.sentences]
    return [
        (
            spans.index((one.span.start, one.span.end)),
            None if one.source is None else _last(found.sources[one.source].name, found.sources[one.source].person),
        )
        for one in found.statements
    ]


def _last(name: str, person: bool) -> str:
    return name_words(name)[-1] if person else name


STATEMENTS = {
    "title, name, cue": (
        "en",
        "Harbour Minister Ellen Marsh said on Tuesday that the ferry service would resume next month.",
        [(0, "marsh")],
    ),
    "cue before the name, then a quotation by itself": (
        "en",
        "“We lost everything in the flood,” said Tomas Reyna, a baker in the old town. "
        "“Nobody came to help us for three days.”",
        [(0, "reyna"), (1, "reyna")],
    ),
    "according to a body": (
        "en",
        "According to the World Health Organization, the vaccine reached two million children last year.",
        [(0, "World Health Organization")],
    ),
    "what another will do": (
        "en",
        "Peter Holm said that Anna Berg will lead the commission from May.",
        [(0, "holm")],
    ),
    "a denial, then a pronoun": (
        "en",
        "Mayor Diana Wells denied that the city had hidden the report. “There was no secret,” she told reporters.",
        [(0, "wells"), (1, "wells")],
    ),
    "cue at the end, another speaker": (
        "en",
        "The strike will go on, union leader Mark Dunne said. "
        "But transport chief Laura Finch insisted that trains would run on Monday.",
        [(0, "dunne"), (1, "finch")],
    ),
    "министр заявил": (
        "ru",
        "Министр транспорта Павел Грачёв заявил, что новый мост откроют в сентябре.",
        [(0, "грачев")],
    ),
    "цитата, потом по её словам": (
        "ru",
        "«Мы не намерены менять условия договора», — сказала директор завода Ольга Зимина. "
        "По её словам, переговоры продолжатся осенью.",
        [(0, "зимина"), (1, "зимина")],
    ),
    "по данным": (
        "ru",
        "По данным Всемирного банка, экономика региона выросла на три процента.",
        [(0, "Всемирного банка")],
    ),
    "как сообщил, возразила": (
        "ru",
        "Как сообщил губернатор Игорь Лапин, школы откроются в понедельник. "
        "Врач Нина Соколова возразила, что это слишком рано.",
        [(0, "лапин"), (1, "соколова")],
    ),
    "قال قبل الاسم": (
        "ar",
        "قال وزير النقل سامر الحلبي إن الجسر الجديد سيفتح أمام السيارات الشهر المقبل.",
        [(0, "الحلبي")],
    ),
    "اقتباس ثم قال": (
        "ar",
        "«لن نقبل بأي شروط جديدة»، هكذا قال رئيس الوفد كريم منصور للصحفيين بعد انتهاء الجلسة.",
        [(0, "منصور")],
    ),
    "بحسب منظمة": (
        "ar",
        "وبحسب منظمة الصحة العالمية، فإن عدد الإصابات انخفض إلى النصف خلال العام الماضي.",
        [(0, "منظمة الصحة العالمية")],
    ),
    "نقلت وكالة عن": (
        "ar",
        "ونقلت وكالة رويترز عن المحلل ماهر سليم قوله إن الأسعار سترتفع قبل نهاية العام.",
        [(0, "سليم")],
    ),
}
NARRATION = [
    (
        "en",
        "The finance ministers of the five countries met in Geneva on Monday. The meeting lasted four hours. "
        "They signed an agreement on customs duties.",
    ),
    (
        "en",
        "A fire destroyed a warehouse near the river on Friday night. Forty firefighters worked until dawn. "
        "Two people were taken to hospital.",
    ),
    (
        "ru",
        "Президенты двух стран встретились в Астане в понедельник. Переговоры продолжались три часа. "
        "Стороны подписали соглашение о торговле.",
    ),
    ("ru", "Ночью в порту загорелся склад. Пожар потушили к утру. Пострадавших нет."),
    (
        "ar",
        "التقى وزيرا خارجية البلدين في عمان يوم الاثنين. واستمر الاجتماع ثلاث ساعات. ووقع الجانبان اتفاقية للتجارة.",
    ),
    ("ar", "اندلع حريق في مستودع قرب الميناء مساء الجمعة. وتمكن رجال الإطفاء من السيطرة عليه قبل الفجر."),
]


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_its_speakers(
    name: str, attributor: TaggedAttributor, bundled: SentenceTransformerEncoder
) -> None:
    lang, text, expected = STATEMENTS[name]
    article = cut(text, lang, bundled)
    (found,) = attributor.attribute([article])
    assert who(article, found) == expected


@pytest.mark.parametrize(("lang", "text"), NARRATION)
def test_narration_and_meetings_are_no_statements(
    lang: str, text: str, attributor: TaggedAttributor, bundled: SentenceTransformerEncoder
) -> None:
    (found,) = attributor.attribute([cut(text, lang, bundled)])
    assert list(found.statements) == []


def test_articles_together_are_attributed_as_alone(
    attributor: TaggedAttributor, bundled: SentenceTransformerEncoder
) -> None:
    articles = [cut(text, lang, bundled) for lang, text, _ in STATEMENTS.values()]
    together = attributor.attribute(articles)
    assert together == [attributor.attribute([one])[0] for one in articles]


def test_an_archive_of_another_model_is_attributed_by_the_bundled_one(
    attributor: TaggedAttributor, bundled: SentenceTransformerEncoder
) -> None:
    lang, text, _ = STATEMENTS["a denial, then a pronoun"]
    own = cut(text, lang, bundled)
    other = FakeEncoder().encode([text[one.start : one.end] for one in own.passages], "passage")
    foreign = Cut(text, lang, own.sentences, own.passages, other)
    assert TaggedAttributor(bundled).attribute([foreign]) == attributor.attribute([own])


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_blank_text_says_nothing(
    text: str, attributor: TaggedAttributor, bundled: SentenceTransformerEncoder
) -> None:
    assert attributor.attribute([cut(text, "en", bundled)]) == [Attribution([], [])]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*ALL, "\n", "»“", "— он."]), max_size=3).map(" ".join),
    ),
    lang=st.sampled_from(["ar", "en", "ru", "de", "xx"]),
)
def test_any_text_is_attributed_within_itself(
    text: str, lang: str, attributor: TaggedAttributor, bundled: SentenceTransformerEncoder
) -> None:
    article = cut(text, lang, bundled)
    (found,) = attributor.attribute([article])
    for one in found.statements:
        assert any((one.span.start, one.span.end) == (own.start, own.end) for own in article.sentences)
        assert one.cue is None or one.cue in text[one.span.start : one.span.end]
        assert one.source is None or 0 <= one.source < len(found.sources)
    for source in found.sources:
        assert 0 <= source.introduced.start < source.introduced.end <= len(text)
        assert source.name in text
        assert all(alias in text for alias in source.aliases)
