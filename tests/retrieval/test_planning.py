"""Plans: whose words a question wants, among those who are quoted; nobody is guessed."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pytest

from retrieval import planning
from retrieval.archive import Source, StoredSource
from retrieval.encoder import Encoding, Role
from retrieval.planning import Asking, RoleMatcher, Spoken, Target
from retrieval.types import Span
from tests.fakes import FakeEncoder, FakeWorkspace, quoting, source

TODAY = date(2026, 5, 20)
MINISTER = source("Sergey Lavrov", role="Russian foreign minister")
QATARI = source("خالد بن محمد العطية", role="وزير الخارجية القطري")


@pytest.fixture
def asking(workspace: FakeWorkspace) -> Callable[..., Asking]:
    """Plans for an archive that quotes these people once each."""

    def made(*everybody: Source | str) -> Asking:
        sources = [source(one) if isinstance(one, str) else one for one in everybody]
        workspace.archive.put([quoting(one.name, one) for one in sources])
        return Asking(workspace.archive, workspace.speakers, RoleMatcher(workspace.encoder, workspace.means))

    return made


def spoken(fits: float, article: str = "") -> Spoken:
    return Spoken(fits, article)


def speaker(target: Target) -> str | None:
    return target.plan.speaker.name if target.plan.speaker else None


@pytest.mark.parametrize(
    ("question", "name", "topic"),
    [
        ("What did Lavrov say about gas prices?", "Sergey Lavrov", "gas prices"),
        ("Что сказал Лавров о ценах на газ?", "Sergey Lavrov", "ценах на газ"),
        ("ماذا قال لافروف عن أسعار الغاز؟", "Sergey Lavrov", "أسعار الغاز"),
        ("What did Vladimir Putin say about rents?", "Владимир Путин", "rents"),
        ("What did the Kremlin say about rents?", "the Kremlin", "rents"),
    ],
)
def test_the_speaker_is_told_from_the_topic(
    asking: Callable[..., Asking], question: str, name: str, topic: str
) -> None:
    plans = asking(MINISTER, "Владимир Путин", source("the Kremlin", person=False))
    target = plans.target(question, TODAY)
    assert (speaker(target), target.plan.topic, target.plan.intent) == (name, topic, "statements")
    assert target.sources
    assert len(target.sources) == 1
    assert not target.choices


def test_the_sources_of_a_speaker_are_those_of_every_article(asking: Callable[..., Asking]) -> None:
    plans = asking(MINISTER, "Сергей Лавров", "لافروف", "Владимир Путин")
    target = plans.target("What did Lavrov say?", TODAY)
    assert target.sources is not None
    assert len(target.sources) == 3


@pytest.mark.parametrize("question", ["What is known about gas prices?", "Who said that gas prices will fall?", "gas"])
def test_a_question_without_a_speaker_wants_anybodys_words(asking: Callable[..., Asking], question: str) -> None:
    target = asking(MINISTER).target(question, TODAY)
    assert (target.sources, target.choices, target.description, speaker(target)) == (None, (), None, None)


def test_somebody_who_is_not_quoted_is_nobody_here(asking: Callable[..., Asking]) -> None:
    plans = asking(MINISTER, "Владимир Путин")
    target = plans.target("What did Barack Obama say about gas?", TODAY)
    assert (target.sources, target.description, speaker(target)) == (frozenset(), "Barack Obama", None)
    assert plans.described("Barack Obama", {1: spoken(1.0), 2: spoken(1.0)}) == (frozenset(), None)


def test_a_name_of_two_people_is_neithers(asking: Callable[..., Asking]) -> None:
    target = asking("Dmitry Medvedev", "Andrei Medvedev", MINISTER).target("What did Medvedev say?", TODAY)
    assert speaker(target) is None
    assert {one.speaker.name for one in target.choices} == {"Dmitry Medvedev", "Andrei Medvedev"}
    assert target.sources == frozenset().union(*(one.sources for one in target.choices))


def test_who_is_in_the_news_is_meant(asking: Callable[..., Asking], workspace: FakeWorkspace) -> None:
    plans = asking("Dmitry Medvedev", "Andrei Medvedev")
    workspace.archive.put([quoting("more", source("Dmitry Medvedev"), times=9)])
    target = plans.target("What did Medvedev say about rents?", TODAY)
    assert (speaker(target), target.choices) == ("Dmitry Medvedev", ())


@pytest.mark.parametrize("typed", ["lavrov financing", "Лавров", "لافروف تمويل الإرهاب"])
def test_a_name_typed_with_a_few_words_asks_for_the_speaker(asking: Callable[..., Asking], typed: str) -> None:
    assert speaker(asking(MINISTER, "Владимир Путин").target(typed, TODAY)) == "Sergey Lavrov"


@pytest.mark.parametrize("typed", ["gas", "gas prices in winter", "a long text about Lavrov and the price of gas"])
def test_words_typed_without_a_speakers_name_ask_for_nobody(asking: Callable[..., Asking], typed: str) -> None:
    assert asking(MINISTER).target(typed, TODAY).sources is None


def test_dates_of_a_question_are_in_its_plan(asking: Callable[..., Asking]) -> None:
    plan = asking(MINISTER).target("What did Lavrov say about gas yesterday?", TODAY).plan
    assert (plan.since, plan.until, plan.topic) == (date(2026, 5, 19), date(2026, 5, 19), "gas")


def test_a_speaker_taken_in_or_out_is_known_to_the_next_question(
    asking: Callable[..., Asking], workspace: FakeWorkspace
) -> None:
    plans = asking("Владимир Путин")
    question = "What did Lavrov say about gas?"
    assert speaker(plans.target(question, TODAY)) is None
    workspace.archive.put([quoting("new", MINISTER)])
    assert speaker(plans.target(question, TODAY)) == "Sergey Lavrov"
    workspace.archive.delete(["new"])
    assert speaker(plans.target(question, TODAY)) is None


# --- offices


def test_an_office_is_that_of_who_is_described_so(asking: Callable[..., Asking], workspace: FakeWorkspace) -> None:
    plans = asking(MINISTER, QATARI, "Владимир Путин", "Сергей Лавров")
    target = plans.target("What did the Russian foreign minister say about gas?", TODAY)
    assert (target.sources, target.description) == (frozenset(), "the Russian foreign minister")
    everybody = {one.id: spoken(0.5) for one in workspace.archive.sources()}
    sources, who = plans.described("the Russian foreign minister", everybody)
    assert who is not None
    assert who.name == "Sergey Lavrov"
    named = {one.name for one in workspace.archive.sources() if one.id in sources}
    assert named == {"Sergey Lavrov", "Сергей Лавров"}, "his words in other articles, too, and nobody else's"


@pytest.mark.parametrize(
    ("lang", "body", "called", "asked"),
    [
        ("ar", "معهد العلوم والأمن الدولي", "معهد بحثي أمريكي", "المعهد البحثي الأمريكي"),
        ("en", "Toyota", "Japanese carmaker", "the Japanese carmaker"),
        ("ru", "Газпром", "российская компания", "российская компания"),
    ],
)
def test_a_body_is_also_what_its_article_calls_it(
    workspace: FakeWorkspace, lang: str, body: str, called: str, asked: str
) -> None:
    own, other = (
        Source(name, aliases, None, False, Span(start=0, end=1))
        for name, aliases in ((body, [called]), ("Red Cross", []))
    )
    workspace.archive.put([quoting("one", own, other, lang=lang)])
    fitting = [one for one in workspace.archive.sources() if planning._may_be(asked, lang, one, 0.0)]
    assert [one.name for one in fitting] == [body]


@pytest.mark.parametrize(
    ("lang", "asked", "called", "like"),
    [
        ("en", "the British foreign secretary", "Foreign Secretary", True),
        ("en", "the British foreign secretary", "French foreign secretary", False),
        ("en", "the British foreign secretary", "adviser to the foreign secretary", False),
        ("ru", "глава оборонного комитета бундестага", "глава комитета по обороне немецкого парламента", True),
        ("ru", "глава оборонного комитета", "заместитель главы комитета по обороне", False),
        ("ru", "министр обороны Германии", "министр обороны Франции", False),
        ("ar", "قائد عملية تحرير عدن", "قائد اللواء", True),
        ("ar", "وزير الدفاع الروسي", "نائب وزير الدفاع الروسي", False),
    ],
)
def test_an_office_in_other_words_is_that_of_who_speaks_about_what_is_asked(
    asking: Callable[..., Asking],
    workspace: FakeWorkspace,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    asked: str,
    called: str,
    like: bool,
) -> None:
    workspace.archive.put([quoting("one", source("Jack Straw", role=called), lang=lang)])
    plans = asking()
    plans.speakers.catch_up(workspace.archive)
    (one,) = workspace.archive.sources()
    monkeypatch.setattr(planning, "agreement", lambda *_: 0.0)

    def meant(role: float, likely: float) -> bool:
        monkeypatch.setattr(RoleMatcher, "likeness", lambda *_: np.array([role][: len(_[2])], np.float32))
        fits = (likely - role) / planning._RELEVANCE
        return plans.described(asked, {one.id: spoken(fits, "Britain, بريطانيا")})[0] == {one.id}

    least, together = planning._LIKE + 0.001, planning._LIKE_AND_FITS + 0.001
    assert meant(least, together) is like
    assert not meant(least, together - 0.01)
    assert not meant(least - 0.01, together)


def test_who_is_called_like_that_is_meant_before_who_only_may_be(
    asking: Callable[..., Asking], workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def likeness(_: RoleMatcher, __: str, stored: Sequence[StoredSource]) -> npt.NDArray[np.float32]:
        return np.array([0.79 if one.name == "Jack Straw" else 1.0 for one in stored], np.float32)

    monkeypatch.setattr(RoleMatcher, "likeness", likeness)
    asked = "British foreign secretary"
    monkeypatch.setattr(planning, "agreement", lambda *_: 0.0)
    plans = asking(source("Jack Straw", role="Foreign Secretary"))
    plans.speakers.catch_up(workspace.archive)
    (straw,) = (one.id for one in workspace.archive.sources())
    assert plans.described(asked, {straw: spoken(0.3, "Britain")}) == (frozenset(), None), "what he says does not fit"
    assert plans.described(asked, {straw: spoken(0.6, "Britain")})[0] == {straw}
    workspace.archive.put([quoting("other", source("Robin Cook", role="British foreign secretary"))])
    plans.speakers.catch_up(workspace.archive)
    (cook,) = (one.id for one in workspace.archive.sources() if one.id != straw)
    assert plans.described(asked, {straw: spoken(0.6, "Britain"), cook: spoken(0.2, "Britain")})[0] == {cook}


def test_only_those_who_speak_most_about_what_is_asked_are_compared(
    asking: Callable[..., Asking], workspace: FakeWorkspace
) -> None:
    offices = [f"keeper{number} of matter{number}" for number in range(2 * planning._COMPARED)]
    plans = asking(*(source(f"Person {number}", role=office) for number, office in enumerate(offices)))
    plans.speakers.catch_up(workspace.archive)
    ids = [one.id for one in workspace.archive.sources()]
    relevance = {one: spoken(0.3 - number / 1000) for number, one in enumerate(ids)}
    encoder = workspace.encoder
    assert isinstance(encoder, FakeEncoder)
    assert plans.described(offices[5], relevance)[0] == {ids[5]}
    assert plans.described(offices[-1], relevance) == (frozenset(), None)
    assert offices[5] in encoder.encoded
    assert offices[-2] not in encoder.encoded


def test_descriptions_are_encoded_once_and_together(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [source(f"Person {number}", role=f"minister of matter {number}") for number in range(30)]
    workspace.archive.put([quoting("one", *sources)])
    workspace.means.pooled("passage", "en")  # which are made by encoding, too
    passes: list[list[str]] = []
    encode = workspace.encoder.encode

    def noting(texts: Sequence[str], role: Role) -> Encoding:
        passes.append(list(texts))
        return encode(texts, role)

    monkeypatch.setattr(workspace.encoder, "encode", noting)
    matcher, stored = RoleMatcher(workspace.encoder, workspace.means), list(workspace.archive.sources())
    first = matcher.likeness("minister of matter 7", stored)
    again = matcher.likeness("minister of matter 7", stored)
    assert first.argmax() == 7
    assert (first == again).all()
    assert [len(texts) for texts in passes if texts] == [30]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Что сказал президент России о Сирии?", "Richard Ross"),
        ("ماذا قال الرئيس التونسي عن الإرهاب؟", "محمد التونسي"),
        ("What did the Russian president say about Syria?", "Andrei Russo"),
        ("Что заявил президент США об Иране?", source("президент США", person=False)),
        ("Что сказал президент Франции о мигрантах?", "Francis"),
    ],
)
def test_a_country_and_an_office_are_looked_for_as_descriptions(
    asking: Callable[..., Asking], question: str, name: str | Source
) -> None:
    target = asking(name).target(question, TODAY)
    assert (target.sources, target.plan.speaker) == (frozenset(), None)
    assert target.description


@pytest.mark.parametrize("question", ["Что сказала Россия о Сирии?", "Россия санкции", "посол России при ООН"])
def test_a_country_is_nobody_whose_name_sounds_like_it(asking: Callable[..., Asking], question: str) -> None:
    assert asking("Richard Ross").target(question, TODAY).plan.speaker is None


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Larry King say about Syria?", "Larry King"),
        ("What did American president Obama say about Iran?", "Barack Obama"),
        ("Что сказал министр иностранных дел России Лавров о Сирии?", "Сергей Лавров"),
        ("ماذا قال الوزير المعلم عن سوريا؟", "وليد المعلم"),
        ("ماذا قال المعلم عن سوريا؟", "وليد المعلم"),
    ],
)
def test_a_name_beside_an_office_or_like_one_is_found(asking: Callable[..., Asking], question: str, name: str) -> None:
    assert speaker(asking(name).target(question, TODAY)) == name


def test_an_arabic_noun_may_be_a_name_of_whom_it_only_sounds_like(
    asking: Callable[..., Asking], workspace: FakeWorkspace
) -> None:
    plans = asking("Walid al-Moualem")
    target = plans.target("ماذا قال المعلم عن سوريا؟", TODAY)
    assert target.description == "المعلم"
    found = plans.described(target.description, {one.id: spoken(0.5) for one in workspace.archive.sources()})[1]
    assert found is not None
    assert found.name == "Walid al-Moualem"


def test_a_deputy_is_not_taken_for_the_minister(asking: Callable[..., Asking], workspace: FakeWorkspace) -> None:
    plans = asking(source("Mikhail Bogdanov", role="deputy Russian foreign minister"))
    plans.target("warm-up", TODAY)
    everybody = {one.id: spoken(0.9) for one in workspace.archive.sources()}
    assert plans.described("Russian foreign minister", everybody)[1] is None
    found = plans.described("deputy Russian foreign minister", everybody)[1]
    assert found is not None
    assert found.name == "Mikhail Bogdanov"


@pytest.mark.parametrize(
    ("asked", "role", "lang", "article"),
    [
        ("губернатор Адена", "محافظ عدن", "ar", ""),
        ("британский министр финансов", "UK Chancellor of the Exchequer", "en", ""),
        ("زعيم كتلة الحزب الشيوعي", "лидер фракции КПРФ", "ru", ""),
        ("the Indonesian disaster agency's spokesman", "المتحدث باسم هيئة الإندونيسية للكوارث", "ar", ""),
        ("رئيس الجبل الأسود", "президент страны", "ru", "Черногория стала членом НАТО."),
    ],
)
def test_an_office_is_known_in_another_language(
    asking: Callable[..., Asking], workspace: FakeWorkspace, asked: str, role: str, lang: str, article: str
) -> None:
    workspace.archive.put([quoting("one", source("Nobody Known", role=role), lang=lang)])
    plans = asking()
    plans.speakers.catch_up(workspace.archive)
    (one,) = workspace.archive.sources()
    assert plans.described(asked, {one.id: spoken(0.3, article)})[0] == {one.id}


def test_where_somebody_is_from_may_be_told_by_another_article(
    asking: Callable[..., Asking], workspace: FakeWorkspace
) -> None:
    workspace.archive.put(
        [
            quoting("one", source("الباجي قائد السبسي", role="رئيس الجمهورية"), lang="ar"),
            quoting("two", source("الباجي قائد السبسي", role="الرئيس التونسي"), lang="ar"),
            quoting("three", source("عبد الفتاح السيسي", role="رئيس الجمهورية"), lang="ar"),
        ]
    )
    plans = asking()
    plans.speakers.catch_up(workspace.archive)
    first, second, third = (one.id for one in workspace.archive.sources())
    abroad = "Libya and Libya again"
    found = plans.described("the Tunisian president", {first: spoken(0.3, abroad), third: spoken(0.9, abroad)})
    assert found[0] == {first, second}
    assert plans.described("the Tunisian president", {third: spoken(0.9, abroad)}) == (frozenset(), None)


def test_who_held_a_well_known_office_need_not_be_told(asking: Callable[..., Asking], workspace: FakeWorkspace) -> None:
    workspace.archive.put(
        [
            quoting("one", source("Владимир Путин"), lang="ru"),
            quoting("two", source("George W Bush", role="President")),
            quoting("three", source("Климкин", role="министр иностранных дел"), lang="ru"),
            quoting("four", source("Браун"), lang="ru"),
        ]
    )
    plans = asking()
    plans.speakers.catch_up(workspace.archive)
    putin, bush, klimkin, brown = (one.id for one in workspace.archive.sources())
    russia = {one: spoken(0.4, "Россия, Россия") for one in (putin, bush, klimkin, brown)}
    for asked in ("the Russian president", "الرئيس الروسي", "президент России"):
        assert plans.described(asked, russia)[0] == {putin}, "the other one is president in an article about Russia"
    assert plans.described("الرئيس الأمريكي", russia)[0] == {bush}
    assert plans.described("the Ukrainian foreign minister", russia)[0] == {klimkin}
    assert plans.described("the British prime minister", russia) == (frozenset(), None), "Brown is anybody's name"
    assert plans.described("former Russian president", russia) == (frozenset(), None)


def test_what_an_article_tells_of_somebody_comes_before_what_is_known(
    asking: Callable[..., Asking], workspace: FakeWorkspace
) -> None:
    workspace.archive.put(
        [
            quoting("one", source("Dmitry Medvedev", role="former Russian president")),
            quoting("two", source("Joe Biden", role="US vice president")),
        ]
    )
    plans = asking()
    plans.speakers.catch_up(workspace.archive)
    everybody = {one.id: spoken(0.4) for one in workspace.archive.sources()}
    assert plans.described("президент России", everybody) == (frozenset(), None)
    assert plans.described("الرئيس الأمريكي", everybody) == (frozenset(), None)


def test_who_is_of_another_office_or_country_is_not_meant_however_near(
    asking: Callable[..., Asking], workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def likeness(_: RoleMatcher, __: str, stored: Sequence[StoredSource]) -> npt.NDArray[np.float32]:
        return np.full(len(stored), 0.99, np.float32)

    monkeypatch.setattr(RoleMatcher, "likeness", likeness)
    workspace.archive.put([quoting("one", source("Pavlo Klimkin", role="министр иностранных дел Украины"), lang="ru")])
    plans = asking()
    plans.speakers.catch_up(workspace.archive)
    everybody = {one.id: spoken(0.9) for one in workspace.archive.sources()}
    assert plans.described("وزير الداخلية الأوكراني", everybody) == (frozenset(), None)
    assert plans.described("وزير الخارجية الروسي", everybody) == (frozenset(), None)
    assert plans.described("وزير الخارجية الأوكراني", everybody)[0] == set(everybody)


@pytest.mark.parametrize("name", ["السيسي", "Sisi", "Сиси"])
def test_a_name_is_no_description_however_near_it_seems(
    asking: Callable[..., Asking], workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def likeness(_: RoleMatcher, __: str, stored: Sequence[StoredSource]) -> npt.NDArray[np.float32]:
        return np.full(len(stored), 0.99, np.float32)

    monkeypatch.setattr(RoleMatcher, "likeness", likeness)
    plans = asking(source("Angela Merkel", role="chancellor"))
    plans.speakers.catch_up(workspace.archive)
    everybody = {one.id: spoken(0.9, "Germany") for one in workspace.archive.sources()}
    assert plans.described(name, everybody) == (frozenset(), None)
    assert plans.described("the German chancellor", everybody)[0] == set(everybody)


def test_an_office_that_nobody_holds_is_nobodys(asking: Callable[..., Asking], workspace: FakeWorkspace) -> None:
    plans = asking(MINISTER, "Владимир Путин")
    everybody = {one.id: spoken(0.5) for one in workspace.archive.sources()}
    assert plans.described("a mayor of Reykjavik", everybody) == (frozenset(), None)
    assert plans.described("a mayor of Reykjavik", {}) == (frozenset(), None)
    assert plans.described("Russian foreign minister", {10**9: spoken(1.0)}) == (frozenset(), None), (
        "an article that has gone"
    )


def test_a_minister_is_not_looked_for_in_his_ministry(asking: Callable[..., Asking]) -> None:
    plans = asking(source("وزارة الخارجية الروسية", person=False))
    target = plans.target("ماذا قال وزير الخارجية القطري عن الغاز؟", TODAY)
    assert (target.sources, speaker(target)) == (frozenset(), None)


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("the Russian foreign minister", "Саули Ниинистё"),
        ("وزير الخارجية الروسي", "أحمد الروسي"),
        ("глава МИД России", "Rossi"),
    ],
)
def test_an_office_and_a_country_are_no_names(
    asking: Callable[..., Asking], workspace: FakeWorkspace, description: str, name: str
) -> None:
    plans = asking(name)
    plans.target("warm-up", TODAY)
    assert plans.described(description, {one.id: spoken(0.5) for one in workspace.archive.sources()})[1] is None


@pytest.mark.parametrize(
    "question",
    [
        "What did Putin and Lavrov say about gas?",
        "Что сказали Путин и Лавров о газе?",
        "ماذا قال كل من بوتين ولافروف عن الغاز؟",
    ],
)
def test_several_who_are_asked_about_together_are_all_meant(asking: Callable[..., Asking], question: str) -> None:
    plans = asking(MINISTER, "Владимир Путин", "Barack Obama")
    target = plans.target(question, TODAY)
    assert target.sources is not None
    assert {named.name for one in target.sources if (named := plans.speaker(one))} == {
        "Sergey Lavrov",
        "Владимир Путин",
    }
    assert not target.choices


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Putin's spokesman say about gas?", None),
        ("What did the lawyer of Putin say about gas?", None),
        ("What did Putin's administration say about gas?", None),
        ("Что сказал советник Путина о газе?", None),
        ("ماذا قال مستشار بوتين عن الغاز؟", None),
        ("ماذا قال المتحدث باسم بوتين عن الغاز؟", None),
        ("What did Putin's spokesman Dmitry Peskov say about gas?", "Дмитрий Песков"),
        ("Что сказал пресс-секретарь Песков о газе?", "Дмитрий Песков"),
        ("What did former president Putin say about gas?", "Владимир Путин"),
    ],
)
def test_who_is_somebodys_is_not_taken_for_him(
    asking: Callable[..., Asking], workspace: FakeWorkspace, question: str, name: str | None
) -> None:
    plans = asking("Владимир Путин", source("Дмитрий Песков", role="пресс-секретарь"))
    target = plans.target(question, TODAY)
    assert speaker(target) == name
    if name is None:
        everybody = {one.id: spoken(0.9) for one in workspace.archive.sources()}
        found = plans.described(target.description or "", everybody)[1]
        assert found is None or found.name == "Дмитрий Песков"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Критиковал ли Путин НАТО?", "Владимир Путин"),
        ("Осудил ли Путин Израиль?", "Владимир Путин"),
        ("Что сказала Елена Лаврова?", None),
    ],
)
def test_a_russian_object_is_no_family_name(asking: Callable[..., Asking], question: str, name: str | None) -> None:
    assert speaker(asking(MINISTER, "Владимир Путин").target(question, TODAY)) == name


# --- misspelt names


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Lavrvo", ["Sergey Lavrov"]),
        ("Sergey Lavrvo", ["Sergey Lavrov"]),
        ("the foreign minister Lavrvo", ["Sergey Lavrov"]),
        ("Лавроф", ["Sergey Lavrov"]),
        ("لافروق", ["Sergey Lavrov"]),
        ("Erdogna", ["رجب طيب أردوغان"]),
        ("Medvdeev", ["Andrei Medvedev", "Dmitry Medvedev"]),
        ("Yelena Lavrvo", []),
        ("Macron", []),
        ("Barack Obama", []),
        ("the fishermen", []),
        ("рыбаки", []),
        ("", []),
    ],
)
def test_a_misspelt_name_is_nearly_somebodys(asking: Callable[..., Asking], typed: str, meant: list[str]) -> None:
    plans = asking(MINISTER, "رجب طيب أردوغان", "Dmitry Medvedev", "Andrei Medvedev", source("Lavrio", person=False))
    plans.target("warm-up", TODAY)
    assert sorted(one.name for one in plans.nearly(typed)) == meant


def test_no_more_people_are_asked_back_than_one_reads_at_a_glance(asking: Callable[..., Asking]) -> None:
    plans = asking(*(f"{given} Medvedev" for given in ("Dmitry", "Andrei", "Anna", "Boris", "Viktor")))
    plans.target("warm-up", TODAY)
    assert len(plans.nearly("Medvdeev")) == 3


# --- the one who was chosen


def test_the_chosen_speaker_is_meant_whatever_the_name_says(asking: Callable[..., Asking]) -> None:
    plans = asking("Dmitry Medvedev", "Andrei Medvedev", MINISTER)
    question = "What did Medvedev say about rents yesterday?"
    choices = plans.target(question, TODAY).choices
    assert len(choices) == 2
    for choice in choices:
        target = plans.target(question, TODAY, choice.speaker.id)
        assert (speaker(target), target.sources, target.choices) == (choice.speaker.name, choice.sources, ())
        assert (target.plan.topic, target.plan.since, target.plan.intent) == ("rents", date(2026, 5, 19), "statements")


def test_without_the_chosen_speaker_the_question_is_what_it_was(asking: Callable[..., Asking]) -> None:
    plans = asking("Dmitry Medvedev", "Andrei Medvedev")
    assert plans.target("What did Medvedev say?", TODAY, "gone") == plans.target("What did Medvedev say?", TODAY)
