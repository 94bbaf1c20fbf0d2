"""Names: one person found however he is spelt, and nobody else in his place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.misspelling import nearness, sounding_near
from retrieval.names import NameIndex, name_likeness, name_words, word_likeness
from retrieval.transliteration import skeleton
from tests.shared_data import read_lines

PEOPLE = list(read_lines(Path(__file__).with_name("people.jsonl")))
SAME = 0.75  # the default of NameIndex.find
LETTERS = "abekhjlnorsuvzABKL-'’. لافروفسيغقوبنعأآةىاх Лавровыйдж习近평"


@pytest.fixture(scope="module")
def index() -> NameIndex:
    found = NameIndex()
    for person in PEOPLE:
        for name in person["ar"]:
            found.add(name, person["name"])
    return found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Adel al-Jubeir", ["adel", "jubeir"]),
        ("Адель аль-Джубейр", ["адель", "джубейр"]),
        ("Абдель Фаттах ас-Сиси", ["абдельфаттах", "сиси"]),
        ("محمد بن سلمان آل سعود", ["محمد", "سلمان", "سعود"]),
        ("Nour el-Din Taboubi", ["nourdin", "taboubi"]),
        ("حسن نصر الله", ["حسن", "نصرالله"]),
        ("Ursula von der Leyen", ["ursula", "leyen"]),
        ("Lavrov, Sergey", ["sergey", "lavrov"]),
        ("Путин Владимир Владимирович", ["владимир", "владимирович", "путин"]),
        ("George W. Bush's", ["george", "w", "bush"]),
        ("President Xi Jinping", ["xi", "jinping"]),
        ("Stephen King", ["stephen", "king"]),
        ("習近平", ["jinping", "xi"]),
        ("?!", []),
    ],
)
def test_a_name_is_split_into_the_words_that_tell_people_apart(name: str, words: list[str]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Lavrov", "لافروف"),
        ("Лавровым", "لافروف"),
        ("Лаврова", "Лавровым"),
        ("Lavrov's", "Лавров"),
        ("ولافروف", "لافروف"),
        ("لميركل", "Меркель"),
        ("العطية", "عطية"),
        ("Обамы", "Obama"),
        ("Захаровой", "زاخاروفا"),
        ("Кэцяна", "Keqiang"),
        ("لاغارد", "لاجارد"),
        ("Lagarde", "لاجارد"),
        ("Erdoğan", "أردوغان"),
        ("Rouhani", "Рухани"),
        ("Sergei", "Sergey"),
        ("BMW", "BMW"),
    ],
)
def test_spellings_and_cases_of_one_word(a: str, b: str) -> None:
    assert word_likeness(a, b) >= SAME


@pytest.mark.parametrize(
    ("a", "b"), [("Putin", "بوش"), ("Merkel", "Макрон"), ("Obama", "أسامة"), ("un", "إيل"), ("Kerry", "Керчь")]
)
def test_different_words(a: str, b: str) -> None:
    assert word_likeness(a, b) < 0.5


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("V. Putin", "فلاديمير بوتين"),
        ("Saud al-Faisal bin Abdulaziz", "سعود الفيصل"),
        ("Владимир Владимирович Путин", "Vladimir Putin"),
        ("George W. Bush", "George Bush"),
        ("Ash Carter", "آشتون كارتر"),
        ("Mansour Hadi", "عبد ربه منصور هادي"),
        ("Hassan Nasrallah", "Хасан Насралла"),
        ("Си Цзиньпином", "شي جين بينغ"),
    ],
)
def test_fuller_and_shorter_names_of_one_person(a: str, b: str) -> None:
    assert name_likeness(a, b) >= SAME


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Bill Clinton", "هيلاري كلينتون"),
        ("Kim Jong-un", "Ким Чен Ир"),
        ("Mohammed bin Salman", "محمد بن نايف"),
        ("Rafic Hariri", "سعد الحريري"),
        ("Хантер Байден", "Joe Biden"),
        ("Джордж Буш-младший", "George Bush Sr."),
        ("Boris Johnson", "ليندون جونسون"),
        ("A. Putin", "فلاديمير بوتين"),
        ("Sergei Ryabkov", "سيرغي لافروف"),
    ],
)
def test_people_of_one_name_are_kept_apart(a: str, b: str) -> None:
    assert name_likeness(a, b) < 0.5


def test_a_family_name_alone_is_less_sure_and_a_given_name_less_still() -> None:
    full = name_likeness("Sergey Lavrov", "سيرغي لافروف")
    family = name_likeness("Lavrov", "سيرغي لافروف")
    given_name = name_likeness("Sergey", "سيرغي لافروف")
    assert full > family > SAME > given_name > 0


def test_everybody_is_found_and_hardly_anybody_else(index: NameIndex) -> None:
    found = asked = others = 0
    for person in PEOPLE:
        for name in person["en"] + person["ru"]:
            keys = {key for key, _ in index.find(name)}
            asked += 1
            found += person["name"] in keys
            others += len(name_words(name)) > 1 and len(keys - {person["name"]}) > 0
    assert found / asked >= 0.97
    assert others / asked <= 0.02  # the two George Bushes, who are hard


def test_the_figures_are_found(shared_data: Path) -> None:
    figures = list(read_lines(shared_data / "names" / "figures.jsonl"))
    index = NameIndex()
    for number, figure in enumerate(figures):
        for name in figure["ar"]:
            index.add(name, number)
    asked = [(name, number) for number, one in enumerate(figures) for name in one["en"] + one["ru"]]
    found = [({key for key, _ in index.find(name)}, number) for name, number in asked]
    assert sum(number in keys for keys, number in found) / len(asked) >= 0.97
    assert sum(len(keys - {number}) > 0 for keys, number in found) / len(asked) <= 0.01


def test_a_shared_family_name_finds_all_who_have_it(index: NameIndex) -> None:
    assert {key for key, _ in index.find("Clinton")} == {"Bill Clinton", "Hillary Clinton"}
    assert [key for key, _ in index.find("Hillary Clinton")] == ["Hillary Clinton"]


def test_a_full_name_is_not_found_by_the_family_name_of_another(index: NameIndex) -> None:
    assert [key for key, _ in index.find("Гамаль Мубарак")] == ["Gamal Mubarak"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What did Angela Merkel say about Obama?", [("Angela Merkel", "Angela Merkel"), ("Obama", "Barack Obama")]),
        ("what did hillary clinton say?", [("hillary clinton", "Hillary Clinton")]),
        ("ماذا قال عبد الفتاح السيسي لكيري؟", [("عبد الفتاح السيسي", "Abdel Fattah el-Sisi"), ("لكيري", "John Kerry")]),
        ("Что Захарова сказала о Си Цзиньпине?", [("Захарова", "Maria Zakharova"), ("Си Цзиньпине", "Xi Jinping")]),
        ("Did Foreign Minister Zarif answer?", [("Zarif", "Mohammad Javad Zarif")]),
        ("Did Chelsea Clinton answer?", []),
        ("من تحدث عن التقارب بين القاعدة وداعش؟", []),
        ("", []),
    ],
)
def test_names_are_found_in_a_question(index: NameIndex, text: str, expected: list[tuple[str, str]]) -> None:
    assert [(text[start:end], key) for start, end, key, _ in index.find_in(text)] == expected


def test_an_empty_index_finds_nothing_and_takes_no_empty_name() -> None:
    index = NameIndex()
    index.add("...", 1)
    assert index.find("Putin") == []
    assert index.find_in("What did Putin say?") == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30) | st.text(LETTERS, max_size=30), st.text(max_size=30) | st.text(LETTERS, max_size=30))
def test_likeness_is_symmetric_and_a_share_for_any_text(a: str, b: str) -> None:
    for likeness in (word_likeness, name_likeness):
        assert 0 <= likeness(a, b) <= 1
        assert likeness(a, b) == likeness(b, a)


NAMES = st.sampled_from([name for person in PEOPLE for name in (person["name"], *person["ar"])])


@settings(max_examples=300, deadline=None)
@given(NAMES | st.text(LETTERS, max_size=30), NAMES | st.text(LETTERS, max_size=30))
def test_a_likeness_that_matters_is_the_same_when_less_does_not(a: str, b: str) -> None:
    full, cut = name_likeness(a, b), name_likeness(a, b, SAME)
    assert cut == full or max(cut, full) < SAME


@settings(max_examples=300, deadline=None)
@given(NAMES, st.integers(0, 30), NAMES)
def test_whose_name_is_nearly_typed_sounds_near(name: str, place: int, other: str) -> None:
    typed = name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
    for known in (name, other):
        if name_words(known) and nearness(typed, known):
            sound = skeleton(name_words(known)[-1])
            assert sounding_near(typed, [sound]) == [sound]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80) | st.text(LETTERS, max_size=80))
def test_any_text_can_be_searched(index: NameIndex, text: str) -> None:
    for start, end, key, likeness in index.find_in(text):
        assert 0 <= start < end <= len(text)
        assert (key, likeness) in index.find(text[start:end])


@pytest.mark.parametrize(
    ("father", "son"),
    [
        ("سلمان بن عبدالعزيز", "محمد بن سلمان بن عبدالعزيز"),
        ("Salman bin Abdulaziz", "محمد بن سلمان بن عبد العزيز"),
        ("عبد الله بن عبد العزيز", "مشعل بن عبد الله بن عبد العزيز"),
    ],
)
def test_a_father_is_not_his_son(father: str, son: str) -> None:
    assert name_likeness(father, son) == 0
    assert name_likeness("Mohammed bin Salman", "محمد بن سلمان بن عبدالعزيز") > SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [("محمد الحسن", "محمود الحسن"), ("حسن نصر الله", "حسين نصر الله"), ("سلمان العودة", "سليمان العودة")],
)
def test_common_given_names_that_look_alike_are_two(one: str, other: str) -> None:
    assert name_likeness(one, other) < SAME


@pytest.mark.parametrize("typed", ["аль", "the al", "آل", "ال"])
def test_nobody_is_called_by_a_particle(index: NameIndex, typed: str) -> None:
    index.add("محمد آل", "cut off")
    assert index.find(typed) == []
    assert all(key != "cut off" for key, _ in index.find("محمد"))
