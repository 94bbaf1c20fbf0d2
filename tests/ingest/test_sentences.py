"""Sentences of articles: where readers of each language see them end, and offsets that hold for any string."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentence_spans


def cut(text, lang):
    return [text[start:end] for start, end in sentence_spans(text, lang)]


def check(marked, lang):
    """`marked` has " | " where a sentence ends before a space, "||" where one ends with no space after it."""
    text = marked.replace(" | ", " ").replace("||", "")
    assert cut(text, lang) == marked.replace("||", " | ").split(" | ")


@pytest.mark.parametrize(
    "marked",
    [
        "The vote was close. | It passed! | Why did it pass? | Nobody knows.",
        "Growth was 3.5 per cent. | In 2018. | 40 firms closed.",
        "J. K. Rowling met George R. R. Martin. | They talked.",
        "Mr. Smith and Dr. Jones saw Gen. Lee at St. Mary's. | Sen. Brown did not.",
        "The U.S. Senate met at 9 a.m. Eastern. | Troops left the U.S. | The talks go on.",
        "Plan B. | The end.",
        "He ranked No. 5 in the list. | She said no. | He left. | It is up to me. | We go.",
        "See https://example.org/a.B?Q=1 or www.Example.org. | Write to press.Office@example.org. | Thanks.",
        "It was late... too late. | Was it? | Yes... | The door closed… | Nobody came.",
        "He paused. . . . | Then he spoke.",
        "1. Open the box. | 2. Read the note. | IV. Close it.",
        "The bill (see Sec. 3. It is long.) was signed. | (It was not.) | All left.",
        "It ended well.[3] | The next did not [...] end.",
        "It was dangerous.||The man left. | They use Node.js and GunBroker.com and v2.Final here.",
    ],
)
def test_english(marked):
    check(marked, "en")


@pytest.mark.parametrize(
    "marked",
    [
        '"I am here," he said. | "We go now. | Nobody waits." | Mr. Smith left.',
        '"Stop!" she cried. | "Where are you?" he asked. | "Who knows?" Ms. Adams said. | "Nobody." | He left.',
        "“It is over. | We lost.” | ‘Really?’ asked a reporter.",
        '"Was it you?" | He did not answer.',
        "“A long game.” – Matthew Gray",
    ],
)
def test_english_quotations(marked):
    check(marked, "en")


@pytest.mark.parametrize(
    "marked",
    [
        "Правительство собралось. | Кто пришёл? | Все!",
        "В. В. Путин и А.С. Пушкин — т. е. не одно и то же. | Дж. Буш приехал. | Н.Прянишников уехал.",
        "Он родился в 1999 г. в г. Москва. | В 2018 г. | Он уехал на ул. Ленина, д. 5. | Всё.",
        "Потрачено 3,5 млрд. руб. из бюджета. | Ещё 40 тыс. | Осталось 2 млн. долл. США.",
        "Купили хлеб, соль и т. д. | Потом ушли. | Пришли врачи, учителя и др. | Все сели.",
        "По ст. 105 УК РФ, см. гл. 3, виновен проф. Иванов. | Театр им. Пушкина закрыт.",
        "Был в XIX в. музей. | Построен в XX в. | Теперь закрыт. | Скорость 19 км/ч. | Он едет.",
        "Сайт Яндекс.Новости и Mail.Ru работают. | Лента.ру молчит.",
        "Ну… не знаю. | Может быть… | Всё может быть.",
    ],
)
def test_russian(marked):
    check(marked, "ru")


@pytest.mark.parametrize(
    "marked",
    [
        "«Ура!» — сказал он. | «Кто там?» - спросила она. | «Никого», — ответил он.",
        "«Мы пришли. | Нас много», — заявил Петров. | Все молчали.",
        "«Мы ушли». | Он вернулся. | «Не вернусь!» | Дверь закрылась.",
        "«Почему?», — удивилась она. | „Потому!“ — крикнул Иванов. | Они ушли.",
        "«Всё хорошо», — сказал он. | — Мы рады».",
    ],
)
def test_russian_quotations(marked):
    check(marked, "ru")


@pytest.mark.parametrize(
    "marked",
    [
        "اجتمع المجلس اليوم. | من حضر؟ | حضر الجميع!",
        "قال د. محمد علي و أ.د. فهد و م. صالح إنهم حضروا. | وانصرفوا.",
        "بلغت النسبة 3.5 في المئة، ثم 4,5؛ وتراجعت. | وصدر البيان عام 1436 هـ. | وانتهى عام 2015 م. | ثم عاد.",
        "كان عمره 18 عامًا. | وقال إنه سعيد جدًا. | غدًا. | نعود.",
        "قال جورج دبليو. بوش وجي. كيه. رولينغ إنهما حضرا. | تابعنا قناة سي إن إن. | لم نر شيئا.",
        "على ارتفاع 180 سم. | أما الباب فمغلق.",
        "انتهى الاجتماع.||وقال الوزير إنه نجح. | زوروا موقع www.example.com وشبكة بي.بي.سي اليوم.",
        "حاز فيلم الملك فيصل.. شاهد وشهيد جائزة.",
        "أطلقت القوات صاروخين سقطا داخل حدود القطاع.. | وفي وقت لاحق أعلن التنظيم مسؤوليته.",
        "سقط عدد من الجرحى.وفقا لرويترز. | وقال شهود إنهم رأوا دخانا.",
        "وأكد لافروف «لن نتراجع عن شروطنا».||وقال بيسكوف إن الموعد لم يحدد.",
        "توقفت الرحلات بسبب نزول الأمطار .||وأضاف الوزير أنهم ظلوا في المطار.",
        "\u200fبدأ الاجتماع.\u200f | \u200fوانتهى.",
    ],
)
def test_arabic(marked):
    check(marked, "ar")


@pytest.mark.parametrize(
    "marked",
    [
        "«انتهى الأمر. | لن نعود إليه.» | وأضاف أنه سيسافر.",
        "قال: «لن نقبل هذا»، ثم أضاف: «سنرد قريبا». | وغادر القاعة.",
        '"أين كنت؟" سأله الصحفي. | "سنرى!" قالت الوزيرة. | ثم سكتت.',
        "وأضاف “هذه أكاذيب. | هدفهم معروف.” | وختم كلامه",
        "قال الوزير: «بدأ العمل. | ثم توقف. | وذكر آخر أنه لا يعرف «شيئا. | وسكت.",
        'وقال "الوضع صعب ". | وأكد مصدر ذلك.',
    ],
)
def test_arabic_quotations_balanced_or_not(marked):
    check(marked, "ar")


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("de", "Er kam am 3. Oktober mit Dr. Müller, z. B. nach Bonn. | „Wir gehen. | Jetzt!“ | Sie blieb."),
        ("fr", "M. Dupont et Mme. Curie sont là. | « Je pars ! » dit-il. | « Moi aussi ! » | Il sort."),
        ("es", "El Sr. García llegó. | ¿Qué dijo? | ¡Nada! | Se fue."),
        ("uk", "У 2018 р. | Він жив на вул. Франка. | О. Шевченко тут. | «Так!» — сказав він."),
        ("fa", "او گفت: «می‌روم. | می‌آیم.» | سپس رفت. | چرا؟ | نمی‌دانم."),
        ("ur", "وہ آیا۔ | اس نے کہا: ”میں ہوں۔“ | پھر گیا۔"),
        ("hi", "वह आया। | वह गया।"),
        ("zh", "他来了。||走吧！||去3.5公里。"),
        ("xx", "Mr. Smith came. | He left."),
        ("", "One. | Two."),
        ("\ud800", "One. | Two."),
    ],
)
def test_other_and_unknown_languages(lang, marked):
    check(marked, lang)


def test_a_panic_in_sentencex_costs_one_decision(monkeypatch):
    class PanicException(BaseException):
        pass

    def panic(lang, text):
        raise PanicException(text)

    monkeypatch.setattr("ingest.sentences.sentencex.get_sentence_boundaries", panic)
    assert cut("One word. Another.", "es") == ["One word.", "Another."]


def test_a_line_is_a_paragraph():
    assert cut("A headline\nFirst sentence. Second\r\n\r\n  \u2029 third\n\n", "en") == [
        "A headline",
        "First sentence.",
        "Second",
        "third",
    ]


def test_hard_wrapped_lines_are_joined():
    text = (
        "The committee said on Monday that it would publish its report in two\n"
        "weeks. Members had asked for more time, and the chair agreed to give\n"
        "it. A second committee has started to look at the costs of the plan,\n"
        "which nobody has counted.\n"
        "\n"
        "Nothing else was decided."
    )
    assert [sentence.replace("\n", " ") for sentence in cut(text, "en")] == [
        "The committee said on Monday that it would publish its report in two weeks.",
        "Members had asked for more time, and the chair agreed to give it.",
        "A second committee has started to look at the costs of the plan, which nobody has counted.",
        "Nothing else was decided.",
    ]


def test_verse_keeps_its_lines():
    text = "\n".join(
        ["حبيبتي ما بقى ليله ورى الليله", "راحل لو ان العيون تبل محجرها", "صاحبك جارحه قاسي وقته وميله"] * 4
    )
    assert cut(text, "ar") == text.split("\n")


def test_marks_alone_are_no_sentence_of_their_own():
    assert cut('It is over. "', "en") == ['It is over. "']
    assert cut("...", "en") == ["..."]
    assert cut(" \n\t\u00a0", "en") == []


def check_spans(text, lang):
    spans = sentence_spans(text, lang)
    covered = 0
    for start, end in spans:
        assert covered <= start < end <= len(text)
        assert not text[covered:start].strip()
        assert text[start:end] == text[start:end].strip()
        covered = end
    assert not text[covered:].strip()


CHARACTERS = ".!?…؟۔。\"'«»“”()[]—-:,،؛ \n\r\t\u00a0\u2029\u200f\u202b\x00\x1c\ud800\U0001f600\u064b\u0301аБвzQقوم1٣ß好"
WORDS = ("Mr. ", "т. д. ", "د. ", "قال ", "U.S. ", "https://", "a@b.c", ". ", "? ", ".. ", "[1]", " » ")
PIECES = st.sampled_from([*CHARACTERS, *WORDS])


@given(
    st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)),
    st.sampled_from(["ar", "en", "ru", "de", "es", "zh", "?"]),
)
def test_spans_are_ordered_trimmed_and_cover_any_text(text, lang):
    check_spans(text, lang)


SINGLE = (".", "a", "A", '"', "“", "«", "(", "[", "\n", " ", "\ud800", "\x00", "\u200f", "\U0001f600", "\u0301")
REPEATED = (
    ". ",
    "A.",
    "م. ",
    "a.B",
    '."',
    "(a. ",
    '?" A ',
    "abc.Abc",
    "قال. ",
    "1. ",
    "http://",
    "وفق .",
    "好。",
    ".[1]",
)


@pytest.mark.parametrize("piece", SINGLE + REPEATED)
def test_a_megabyte_of_anything_takes_linear_time(piece):
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    spans = sentence_spans(text, "ar")
    assert time.process_time() - began < 15  # about 3 s at worst; quadratic time would be minutes
    assert all(start < end for start, end in spans)
