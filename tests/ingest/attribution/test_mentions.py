"""Mentions: what the tagger's probabilities become."""

from collections.abc import Sequence

import numpy as np
import pytest

from ingest.attribution.language import language_words
from ingest.attribution.mentions import LEAST, Word, names_among, said, words_of
from ingest.attribution.tagger import SENTENCES, TOKENS, Tags, Tokens
from retrieval.network import DEPTHS
from tests.ingest.attribution.marked import DIRECT, Document, document


def tokens_at(*spans: tuple[int, int], sentence: Sequence[int] = ()) -> Tokens:
    own = np.array(sentence or [0] * len(spans), np.int64)
    depths = np.zeros((len(spans), len(DEPTHS), 1), np.float16)
    return Tokens(depths, np.array(spans, np.int64).reshape(-1, 2), own, np.zeros(len(spans), np.int64), max(own) + 1)


def tags_of(*names: str, sure: float = 1.0, people: Sequence[float] = ()) -> Tags:
    rows = np.zeros((len(names), len(TOKENS)), np.float32)
    for row, name in zip(rows, names, strict=True):
        row[0] += 1 - sure
        row[TOKENS.index(name)] += sure
    return Tags(rows, np.array(people or [0.0] * len(names), np.float32), np.zeros((1, len(SENTENCES)), np.float32))


def mentions(one: Document) -> list[str]:
    return [one.text[each.span.start : each.span.end] for each in one.statements[0].mentions]


def names(one: Document) -> list[str]:
    return [one.text[name.start : name.end] for each in one.statements[0].mentions for name in each.names]


def likely(**kinds: float) -> np.ndarray:
    return np.array([kinds.get(name, 0.0) for name in SENTENCES], np.float32)


def test_a_word_is_what_its_tokens_are() -> None:
    found = words_of(
        "Smith said so",
        tokens_at((0, 3), (3, 5), (6, 10), (11, 13)),
        tags_of("source, first", "source", "cue, first", "content, first", people=[0.9, 0.7, 0, 0]),
    )
    assert [(one.start, one.end, one.part, one.first) for one in found[0]] == [
        (0, 5, "source", True),
        (6, 10, "cue", True),
        (11, 13, "content", True),
    ]
    assert [one.name for one in found[0]] == pytest.approx([0.8, 0, 0])


def test_a_word_may_be_a_source_though_something_else_is_likelier() -> None:
    (found,) = words_of("Smith", tokens_at((0, 5)), tags_of("source", sure=0.45))
    assert found[0].part == "source"
    assert found[0].sure == pytest.approx(0.45)


@pytest.mark.parametrize(("gap", "parts"), [(" ", ["source", "source"]), (", ", ["source", "none"])])
def test_a_source_goes_on_with_an_unsure_word_up_to_a_mark(gap: str, parts: list[str]) -> None:
    text = f"معهد{gap}أمريكي"
    tags = tags_of("source", "source")
    tags.tokens[1] = 0
    tags.tokens[1, [0, TOKENS.index("source")]] = 0.61, 0.39
    (found,) = words_of(text, tokens_at((0, 4), (4 + len(gap), len(text))), tags)
    assert [one.part for one in found] == parts


def test_a_vowel_mark_does_not_end_a_word() -> None:
    text = "أكَّد العُمري"
    (found,) = words_of(text, tokens_at((0, 5), (6, len(text))), tags_of("cue, first", "source, first"))
    assert [text[one.start : one.end] for one in found] == text.split()


def test_words_belong_to_the_sentence_of_their_tokens() -> None:
    found = words_of("Yes. No.", tokens_at((0, 3), (5, 7), sentence=[0, 1]), tags_of("none", "none"))
    assert [[one.start for one in own] for own in found] == [[0], [5]]


def test_a_word_without_tokens_is_left_out() -> None:
    found = words_of("Yes no", tokens_at((0, 3)), tags_of("none"))
    assert [(one.start, one.end) for one in found[0]] == [(0, 3)]


def test_an_initial_keeps_its_full_stop_and_a_last_word_does_not() -> None:
    text = "J. Smith left."
    found = words_of(text, tokens_at((0, 2), (3, 8), (9, 14)), tags_of("none", "none", "none"))
    assert [text[one.start : one.end] for one in found[0]] == ["J.", "Smith", "left"]


def test_a_sentence_under_the_threshold_is_narration() -> None:
    own = document("en", "[~Smith] {said} so.").words[0]
    lang = language_words("en")
    assert said(0, own, likely(narration=1 - LEAST + 0.01, direct=LEAST - 0.01), "Smith said so.", lang) is None
    assert said(0, own, likely(stance=0.9, direct=0.1), "Smith said so.", lang) is None


@pytest.mark.parametrize("kind", ["indirect", "mixed", "direct"])
def test_a_statement_is_of_its_likeliest_kind(kind: str) -> None:
    shares = {"indirect": 0.2, "mixed": 0.2, "direct": 0.2} | {kind: 0.5}
    found = said(3, [], likely(**shares), "", language_words("en"))
    assert found is not None
    assert (found.sentence, found.kind, found.cue, list(found.mentions)) == (3, kind, None, [])


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("وأشار إلى أن القانون جديد", ["وأشار"]),
        ("وتوقعت ان ترتفع النسبة", ["وتوقعت"]),
        ("يذكر أن المهرجان سنوي", None),
        ("وأشار الطبيب بيده", None),
        ("and he said that it rained", None),
    ],
)
def test_an_arabic_sentence_that_begins_as_a_report_is_one_however_unlikely(text: str, cues: list[str] | None) -> None:
    lang = "en" if text.isascii() else "ar"
    words = document(lang, f"#{text}").words[0]
    found = said(1, words, likely(none=1.0), text, language_words(lang))
    assert (found and [text[cue.start : cue.end] for cue in found.cues]) == cues


def test_kinds_count_together_against_narration() -> None:
    found = said(0, [], likely(narration=0.4, indirect=0.3, mixed=0.3), "", language_words("en"))
    assert found is not None


def test_the_first_cue_counts() -> None:
    one = document("en", "[~Smith] {said} yes and {added} no.")
    cue = one.statements[0].cue
    assert cue is not None
    assert one.text[cue.start : cue.end] == "said"


def test_each_source_is_a_mention() -> None:
    assert mentions(document("en", "[The agency] {said} that [~John ~Smith] left.")) == ["The agency", "John Smith"]


@pytest.mark.parametrize(
    ("lang", "line", "name"),
    [
        ("en", "[Foreign Minister ^Walid al-Moualem] {said} no.", "Walid al-Moualem"),
        ("en", "[Prime Minister ^Walid ~Haddad] {said} no.", "Walid Haddad"),
        ("ru", "[премьер-министр ^Махатхир ^Мохамад] {заявил} об этом.", "Махатхир Мохамад"),
        ("ru", "[министр ^Анна ~Орлова] {заявила} об этом.", "Анна Орлова"),
        ("en", "[Mrs Patel] {said} no.", "Patel"),
    ],
)
def test_capitals_after_an_office_show_a_name(lang: str, line: str, name: str) -> None:
    assert names(document(lang, line)) == [name]


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "[The foreign minister] {said} no."),
        ("en", "[The Foreign Ministry] {said} no."),
        ("en", "[The president of the EU] {said} no."),
        ("ru", "[министр обороны] {заявил} об этом."),
        ("ru", "[Спикер Госдумы] {заявил} об этом."),
        ("ru", "[президент Боливии] {заявил} об этом."),
        ("ru", "[Министерство обороны] {заявило} об этом."),
        ("ar", "{قال} [وزير الخارجية] ذلك."),
    ],
)
def test_what_only_describes_holds_no_name(lang: str, line: str) -> None:
    assert names(document(lang, line)) == []


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("{قال} [مسؤول كبير لـ«الشرق] الأوسط»: نعم.", "مسؤول كبير"),
        ("{أفادت} [الشركة في بلاغ لها] بذلك.", "الشركة"),
        ("{قال} [الوزير خلال مؤتمر صحفي] نعم.", "الوزير"),
        ("{قال} [المدير العام لوكالة الطاقة الذرية] نعم.", "المدير العام لوكالة الطاقة الذرية"),
        ("{قال} [مصدر في بيروت] نعم.", "مصدر في بيروت"),
    ],
)
def test_to_whom_and_in_what_somebody_spoke_is_not_who(line: str, source: str) -> None:
    assert mentions(document("ar", line)) == [source]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("{قال} [وزير الآثار ^ممدوح ^الدماطي] نعم.", "ممدوح الدماطي"),
        ("{قال} [المتحدث الرسمي باسم اتحاد كرة القدم ^عدنان ^المعيبد] نعم.", "عدنان المعيبد"),
        ("{قال} [رئيس الاتحاد السعودي ^تركي ^الخليوي من] جانبه نعم.", "تركي الخليوي"),
    ],
)
def test_two_likely_words_at_the_end_of_an_arabic_office_are_a_name(line: str, name: str) -> None:
    assert names(document("ar", line)) == [name]


@pytest.mark.parametrize(
    "line",
    [
        "{قال} [وزير الآثار ^ممدوح الدماطي] نعم.",
        "{قال} [رئيس ^النظام ^السوري] نعم.",
        "{قال} [رئيس لجنة ^الشؤون ^القانونية] نعم.",
        "{قالت} [شركة ^فيليب ^موريس] نعم.",
        "{قال} [مساعد ^وزير ^الخارجية] نعم.",
    ],
)
def test_two_words_at_the_end_are_no_name_where_one_may_be_something_else(line: str) -> None:
    assert names(document("ar", line)) == []


def test_a_place_between_office_and_name_is_no_part_of_it() -> None:
    line = "[Глава аппарата Госдумы ~Анна ~Орлова] {заявила} об этом."
    assert names(document("ru", line)) == ["Анна Орлова"]


@pytest.mark.parametrize(
    ("lang", "line", "name"),
    [
        ("ar", "{قال} [~خالد بن ~سعود] ذلك.", "خالد بن سعود"),
        ("en", "[~Hamad bin ~Jassim] {said} so.", "Hamad bin Jassim"),
        ("en", "[~Ursula von der ~Leyen] {said} so.", "Ursula von der Leyen"),
        ("en", "[~Hamad bin Jassim] {said} so.", "Hamad bin Jassim"),
        ("ru", "[~Урсула фон дер ~Ляйен] {сказала} это.", "Урсула фон дер Ляйен"),
    ],
)
def test_links_hold_a_name_together(lang: str, line: str, name: str) -> None:
    assert names(document(lang, line)) == [name]


def test_an_arabic_adjective_before_a_name_is_not_part_of_it() -> None:
    text = "وزير الخارجية الروسي سيرغي لافروف"
    words, start = [], 0
    for form, name in zip(text.split(), (0.0, 0.1, 0.4, 0.95, 0.95), strict=True):
        words.append(Word(start, start + len(form), "source", not start, 0.9, name))
        start += len(form) + 1
    found = [text[one.start : one.end] for one in names_among(words, text, language_words("ar"))]
    assert found == ["سيرغي لافروف"]


def test_an_unsure_word_beside_a_name_belongs_to_it() -> None:
    text = "John Smith left"
    words = [
        Word(0, 4, "source", True, 1, 0.2),
        Word(5, 10, "source", False, 1, 0.9),
        Word(11, 15, "none", False, 1, 0),
    ]
    assert [(one.start, one.end) for one in names_among(words, text, language_words("en"))] == [(0, 10)]


def test_honorifics_and_offices_are_no_part_of_a_name() -> None:
    assert names(document("en", "[~Mr ~Smith] {said} so.")) == ["Smith"]
    assert names(document("en", "[~President ~Smith] {said} so.")) == ["Smith"]


def test_a_comma_parts_names_and_a_quotation_mark_does_not() -> None:
    assert names(document("en", "[~John ~Smith, ~Mary ~Jones] {said} so.")) == ["John Smith", "Mary Jones"]
    assert names(document("en", "[~John “~Johnny” ~Smith] {said} so.")) == ["John “Johnny” Smith"]


def test_a_sentence_without_words_says_nothing_of_anybody() -> None:
    found = said(0, [], DIRECT, "…", language_words("en"))
    assert found is not None
    assert not found.mentions


@pytest.mark.parametrize(
    ("lang", "before", "run", "name"),
    [
        ("ru", "Мэр", "Нарвика Олаф Берг", "Олаф Берг"),
        ("ru", "Президент", "Польши Анджей Дуда", "Анджей Дуда"),
        ("ru", "президента", "Чувашии Анджея Дуды", "Чувашии Анджея Дуды"),  # only the nominative is known as an office
        ("ru", "Директор", "Анна Ивановна Петрова", "Анна Ивановна Петрова"),
        ("ru", "Министр", "Анна Мария Лопес", "Анна Мария Лопес"),
        ("ru", "вечером", "Чувашии Анджей Дуда", "Чувашии Анджей Дуда"),
        ("ru", "Мэр", "Олаф Берг", "Олаф Берг"),
        ("ru", "с", "Путиным Меркель", "Меркель"),  # two people: only one is met
        ("ru", "с", "Лавровым Джон Керри", "Джон Керри"),
        ("ru", "с", "Владимиром Путиным", "Владимиром Путиным"),
        ("ru", "с", "Путиным Владимиром", "Путиным Владимиром"),
        ("en", "Grid", "operator Nils Holm", "Nils Holm"),
        ("en", "Minister", "de la Cruz", "de la Cruz"),
        ("en", "and", "bell hooks", "hooks"),
    ],
)
def test_a_name_begins_behind_what_somebody_is_and_where(lang: str, before: str, run: str, name: str) -> None:
    text = f"{before} {run}"
    places = [(text.index(one), one) for one in text.split()]
    words = [Word(at, at + len(one), "source", at == 0, 1.0, float(at > 0)) for at, one in places]
    assert [text[one.start : one.end] for one in names_among(words, text, language_words(lang))] == [name]


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "[~Syria] {said} so."),
        ("en", "[~North ~Korea] {said} so."),
        ("ru", "[~Москва] {заявила} об этом."),
        ("ru", "[Президент ~России] {заявил} об этом."),
        ("ru", "[~Саудовская ~Аравия] {заявила} об этом."),
        ("ru", "[Глава ~Facebook] {заявил} об этом."),
        ("ar", "{قالت} [~تونس] ذلك."),
        ("ar", "{قالت} [~كوريا ~الشمالية] ذلك."),
    ],
)
def test_a_country_and_a_company_behind_an_office_are_no_people(lang: str, line: str) -> None:
    assert names(document(lang, line)) == []


@pytest.mark.parametrize(
    ("lang", "line", "name"),
    [
        ("en", "[~Jack ~London] {said} so.", "Jack London"),
        ("en", "[~Paris ~Hilton] {said} so.", "Paris Hilton"),
        ("en", "[Mr ~London] {said} so.", "London"),
        ("ru", "[~Сара ~Пэйлин] {заявила} об этом.", "Сара Пэйлин"),
        ("ar", "{قال} [~محمد ~المصري] ذلك.", "محمد المصري"),
        ("ar", "{قال} [~المصري] ذلك.", "المصري"),
    ],
)
def test_people_may_be_called_like_a_country(lang: str, line: str, name: str) -> None:
    assert names(document(lang, line)) == [name]


@pytest.mark.parametrize(
    ("lang", "line", "name"),
    [
        ("ru", "[Министр обороны ~Великобритании ~Лайам ~Фокс] {заявил} об этом.", "Лайам Фокс"),
        ("ar", "{قال} [وزير الخارجية ~السعودي ~عادل ~الجبير] ذلك.", "عادل الجبير"),
        ("en", "[~Nortel's] {said} so.", "Nortel"),
        ("en", "[Prime Minister of ~Canada ~Justin ~Trudeau] {said} so.", "Justin Trudeau"),
    ],
)
def test_a_name_is_without_country_and_ending(lang: str, line: str, name: str) -> None:
    assert names(document(lang, line)) == [name]


@pytest.mark.parametrize(
    ("probabilities", "name"),
    [
        ("أكد 0, رئيس 0, البعثة 0.02, بتال 0.1, العتيبي 0.9", "بتال العتيبي"),
        ("أكد 0, مدير 0, الجامعة 0, الدكتور 0, خالد 0.01, بن 0, محمد 0.01, اليوسف 0.9", "خالد بن محمد اليوسف"),
        ("قال 0, رئيس 0, البلدية 0, عبد 0.02, السلام 0.9, دوابشة 0.9", "عبد السلام دوابشة"),
        ("أكد 0, الرائد 0, محمد 0.1, بن 0, حسن 0.2, آل 0.07, صمغان 0.4", "محمد بن حسن آل صمغان"),
        ("قال 0, الرئيس 0, التركي 0.02, رجب 0.1, طيب 0.9, أردوغان 0.9", "رجب طيب أردوغان"),
        ("أكد 0, وزير 0, الثقافة 0, محمد 0.1, زين 0.9, العابدين 0.9", "محمد زين العابدين"),
        ("قال 0, أستاذ 0, جامعة 0, الملك 0, عبدالعزيز 0.1, عمر 0.9, الخولي 0.9", "عمر الخولي"),
        ("قال 0, محافظ 0, عدن 0.1, نايف 0.9, البكري 0.9", "نايف البكري"),
        ("قال 0, أن 0.1, رضا 0.9, برستش 0.9", "رضا برستش"),
        ("أكد 0, الملك 0, عبد 0.02, الله 0.01, بن 0, ناصر 0.02", "عبد الله بن ناصر"),
        ("أكد 0, رئيس 0, محمد 0.1, بن 0, حمودة 0.2, رسالة 0.05", "محمد بن حمودة"),
        ("أكد 0, مدير 0, جامعة 0, الإمام 0, محمد 0.1, بن 0, سعود 0.1", None),
        ("أكد 0, تجار 0, بن 0, قردان 0.01", None),
        ("أكد 0, اللواء 0, مسفر 0.01, بن 0, سفير 0, الخثعمي 0.9", "مسفر بن سفير الخثعمي"),
        ("قالت 0, الكاتبة 0, ألفة 0.2, يوسف 0.9", "ألفة يوسف"),
        ("قال 0, المدير 0, د. 0.1, الثويني 0.9", "الثويني"),
        ("قال 0, رئيس 0, مقدونيا 0.1, جورج 0.9, إيفانوف 0.9", "جورج إيفانوف"),
        ("قال 0, سمو 0, ولي 0, العهد 0.6", None),
        ("قال 0, حاكم 0, الزاملي 0.9", "الزاملي"),
        ("وذكر 0.2, أوباما 0.9", "أوباما"),
        ("قال 0, وليد 0.2, الحربي 0.9", "وليد الحربي"),
        ("أكد 0, الباجي 0.08, قائد 0.04, السبسي 0.7", "الباجي قائد السبسي"),
        ("أكد 0, الأمير 0, عبدالله 0.9, بن 0.1, مساعد 0.4, الرئيس 0.3, العام 0", "عبدالله بن مساعد"),
    ],
)
def test_what_stands_before_an_arabic_family_name(probabilities: str, name: str | None) -> None:
    pairs = [one.split() for one in probabilities.split(", ")]
    text = " ".join(form for form, _ in pairs)
    places = [text.index(form) for form, _ in pairs]
    words = [
        Word(at, at + len(form), "source", False, 1.0, float(sure))
        for at, (form, sure) in zip(places, pairs, strict=True)
    ]
    found = [text[one.start : one.end] for one in names_among(words, text, language_words("ar"))]
    assert found == ([name] if name else [])
