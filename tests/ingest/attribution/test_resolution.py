"""Who is meant, as a reader of the document would say."""

import pytest

from tests.ingest.attribution.marked import document, sources, speakers


@pytest.mark.parametrize(
    ("lang", "lines", "who"),
    [
        ("en", ["[~John ~Smith] {said} yes.", "[~Smith] {said} no."], "John Smith"),
        ("ru", ["[~Сергей ~Лавров] {сказал} да.", "[~Лавров] {сказал} нет."], "Сергей Лавров"),
        ("ru", ["{По словам} [~Сергея ~Лаврова], да.", "[~Лавров] {сказал} нет."], "Сергея Лаврова"),
        ("ar", ["{قال} [~سامح ~شكري] نعم.", "{وأكد} [~شكري] ذلك."], "سامح شكري"),
    ],
)
def test_a_surname_is_whose_name_came_before(lang: str, lines: list[str], who: str) -> None:
    assert speakers(lang, *lines) == [who, who]


def test_a_surname_first_is_whose_name_comes_later() -> None:
    lines = "[~Smith] {said} yes.", "#It rained on ~John ~Smith.", "[~Mary ~Jones] {said} no."
    assert speakers("en", *lines) == ["John Smith", "Mary Jones"]


def test_other_names_are_other_people() -> None:
    assert speakers("en", "[~John ~Smith] {said} yes.", "[~John ~Miller] {said} no.") == ["John Smith", "John Miller"]


@pytest.mark.parametrize(
    ("lang", "lines", "who"),
    [
        (
            "en",
            ["[Foreign Minister ~Anna ~Kim] {said} yes.", "[~John ~Smith] {said} no.", "[The minister] {said} so."],
            "Anna Kim",
        ),
        (
            "ru",
            [
                "[Министр обороны ~Олег ~Туров] {сказал} да.",
                "[~Анна ~Ким] {сказала} нет.",
                "[Министр обороны] {добавил} это.",
            ],
            "Олег Туров",
        ),
        (
            "ar",
            ["{قال} [وزير الخارجية ~سامح ~شكري] نعم.", "{قالت} [~هند ~صبري] لا.", "{وأكد} [الوزير] ذلك."],
            "سامح شكري",
        ),
    ],
)
def test_a_title_alone_is_whoever_was_introduced_with_it(lang: str, lines: list[str], who: str) -> None:
    assert speakers(lang, *lines)[2] == who


@pytest.mark.parametrize(
    ("lang", "lines", "who"),
    [
        (
            "en",
            ["[The foreign minister] {said} yes.", "[~John ~Smith] {said} no.", "#Foreign Minister ~Anna ~Kim came."],
            "Anna Kim",
        ),
        (
            "ru",
            ["[Министр обороны] {сказал} да.", "[~Анна ~Ким] {сказала} нет.", "#Министр обороны ~Олег ~Туров приехал."],
            "Олег Туров",
        ),
        (
            "ar",
            ["{قال} [وزير الخارجية] نعم.", "{قالت} [~هند ~صبري] لا.", "#وصل وزير الخارجية ~سامح ~شكري."],
            "سامح شكري",
        ),
    ],
)
def test_a_title_alone_is_whoever_is_introduced_with_it_later(lang: str, lines: list[str], who: str) -> None:
    assert speakers(lang, *lines)[0] == who


@pytest.mark.parametrize(
    ("lang", "person", "body"),
    [
        ("en", "[Foreign Minister ~Anna ~Kim] {said} yes.", "[The Foreign Ministry] {said} no."),
        ("ru", "[Министр обороны ~Олег ~Туров] {сказал} да.", "[Министерство обороны] {сообщило} нет."),
        ("ar", "{قال} [وزير الخارجية ~سامح ~شكري] نعم.", "{وقالت} [وزارة الخارجية] لا."),
    ],
)
def test_a_ministry_is_not_its_minister(lang: str, person: str, body: str) -> None:
    minister, ministry = speakers(lang, person, body)
    assert minister != ministry
    assert [one.person for one in sources(lang, person, body)] == [True, False]


def test_an_office_nobody_holds_is_a_source_of_its_own() -> None:
    lines = "[Foreign Minister ~Anna ~Kim] {said} yes.", "[A police spokesman] {said} no."
    assert speakers("en", *lines) == ["Anna Kim", "police spokesman"]


def test_a_body_is_one_source_however_often_it_speaks() -> None:
    lines = "[The Foreign Ministry] {said} yes.", "[~John ~Smith] {said} no.", "[The ministry] {said} so."
    found = speakers("en", *lines)
    assert found == ["Foreign Ministry", "John Smith", "Foreign Ministry"]


def test_an_office_worded_differently_is_the_same_with_the_same_other_words() -> None:
    lines = [
        "[Глава Службы внешней разведки ~Сергей ~Нарышкин] {сказал} да.",
        "[~Анна ~Ким] {сказала} нет.",
        "[Директор Службы внешней разведки] {добавил} это.",
    ]
    assert speakers("ru", *lines)[2] == "Сергей Нарышкин"


def test_an_office_worded_differently_elsewhere_is_somebody_else() -> None:
    lines = [
        "[Глава Службы внешней разведки ~Сергей ~Нарышкин] {сказал} да.",
        "[~Анна ~Ким] {сказала} нет.",
        "[Директор городского театра] {добавил} это.",
    ]
    assert speakers("ru", *lines)[2] == "Директор городского театра"


@pytest.mark.parametrize(
    ("lang", "first", "then"),
    [
        ("en", "[~John ~Smith] {said} yes.", "[He] {added} no."),
        ("en", "[~John ~Smith] {said} yes.", ">“No.”"),
        ("ru", "[~Анна ~Ким] {сказала} да.", "[Она] {добавила} нет."),
        ("ru", "[~Анна ~Ким] {сказала} да.", "«Нет», — {добавила} [она]."),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وأضاف} أن الأمر انتهى."),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "[هو] {أضاف} أن الأمر انتهى."),
    ],
)
def test_a_pronoun_or_nothing_is_whoever_spoke_last(lang: str, first: str, then: str) -> None:
    found = speakers(lang, first, then)
    assert found[0] is not None
    assert found == [found[0]] * 2


def test_nobody_before_is_nobody() -> None:
    assert speakers("en", "[He] {said} no.") == [None]
    assert speakers("en", ">“No.”") == [None]
    assert speakers("ar", "{وأضاف} أن الأمر انتهى.") == [None]


def test_a_pronoun_is_whom_the_narration_before_names() -> None:
    lines = "[~John ~Smith] {said} yes.", "#~Peter ~Miller left the room.", "[He] {said} no."
    assert speakers("en", *lines) == ["John Smith", "Peter Miller"]


def test_a_pronoun_is_not_whom_another_section_names() -> None:
    lines = "[~John ~Smith] {said} yes.", "#~Peter ~Miller left the room.", "[He] {said} no."
    assert speakers("en", *lines, gap="\n\n") == ["John Smith", "John Smith"]


@pytest.mark.parametrize(
    ("lang", "he", "she", "cue", "pronoun"),
    [
        ("ru", "[~Олег ~Туров] {сказал} да.", "[~Анна ~Ким] {сказала} нет.", "{добавил}", ("Он", "Она")),
        ("en", "[Mr ~Oleg ~Turov] {said} yes.", "[Mrs ~Anna ~Kim] {said} no.", "{added}", ("He", "She")),
    ],
)
def test_he_and_she_are_told_apart(lang: str, he: str, she: str, cue: str, pronoun: tuple[str, str]) -> None:
    man, woman = speakers(lang, he, she)
    assert man != woman
    assert speakers(lang, he, she, f"[{pronoun[0]}] {cue} это.")[2] == man
    assert speakers(lang, she, he, f"[{pronoun[1]}] {cue} это.")[2] == woman


def test_a_body_is_no_he() -> None:
    lines = "[~John ~Smith] {said} yes.", "[The Foreign Ministry] {said} no.", "[He] {added} more."
    assert speakers("en", *lines)[2] == "John Smith"


def test_they_are_whoever_spoke_last() -> None:
    lines = "[~John ~Smith] {said} yes.", "[The Foreign Ministry] {said} no.", "[They] {added} more."
    assert speakers("en", *lines)[2] == "Foreign Ministry"


def test_an_agency_passes_on_the_words_of_whoever_is_named() -> None:
    line = "{ونقلت} [وكالة الأناضول] عن [~سامح ~شكري] قوله إن الأمر انتهى."
    assert speakers("ar", line) == ["سامح شكري"]


def test_an_agency_passes_on_the_words_of_a_described_source() -> None:
    line = "{ونقلت} [وكالة الأناضول] عن [مصدر أمني] قوله إن الأمر انتهى."
    assert speakers("ar", line) == ["مصدر أمني"]


@pytest.mark.parametrize(
    ("lang", "line", "both"),
    [
        ("en", "[~John ~Smith and ~Mary ~Jones] {said} so.", ["John Smith", "Mary Jones"]),
        ("ru", "[~Олег ~Туров и ~Анна ~Ким] {заявили} это.", ["Олег Туров", "Анна Ким"]),
        ("ar", "{قال} [~سامح ~شكري و ~هند ~صبري] ذلك.", ["سامح شكري", "هند صبري"]),
    ],
)
def test_joined_names_are_two_sources_of_one_sentence(lang: str, line: str, both: list[str]) -> None:
    one = document(lang, line)
    assert speakers(lang, line) == both
    assert [each.span for each in one.attribution().statements] == [one.sentences[0]] * 2


def test_of_two_names_that_nothing_joins_the_first_speaks() -> None:
    assert speakers("en", "[~John ~Smith, aide of ~Mary ~Jones] {said} so.") == ["John Smith"]


def test_the_source_nearest_the_cue_speaks() -> None:
    line = "[~John ~Smith], who left long ago and never looked back at all, is lying, [~Mary ~Jones] {said}."
    assert speakers("en", "It rained. " + line) == ["Mary Jones"]


def test_whoever_says_what_another_will_do_speaks() -> None:
    assert speakers("en", "[~John ~Smith] {said} that [~Mary ~Jones] will go.") == ["John Smith"]


def test_an_open_quotation_has_the_source_at_its_end() -> None:
    lines = "[~John ~Smith] {said} yes.", ">“It rains.", ">It pours.", "We are wet,” [~Mary ~Jones] {said}."
    assert speakers("en", *lines) == ["John Smith", *["Mary Jones"] * 3]


def test_a_closed_quotation_is_whoever_spoke_last() -> None:
    lines = "[~John ~Smith] {said} yes.", ">“It rains.”", "“We are wet,” [~Mary ~Jones] {said}."
    assert speakers("en", *lines) == ["John Smith", "John Smith", "Mary Jones"]


def test_an_open_quotation_ends_with_its_paragraph() -> None:
    lines = "[~John ~Smith] {said} yes.", ">“It rains.", "We are wet,” [~Mary ~Jones] {said}."
    assert speakers("en", *lines, gap="\n")[1] == "John Smith"


@pytest.mark.parametrize("mark", ["”", "“", "»", "«", '"', "„", "”””", "((", "'"])
def test_unbalanced_quotation_marks_do_no_harm(mark: str) -> None:
    lines = f"{mark}[~John ~Smith] {{said}} yes.", f">No.{mark}", f"{mark} [The minister{mark}] {{said}} so."
    found = document("en", *lines).attribution()
    assert len(found.statements) == 3
    assert found.statements[0].source == 0
    assert found.sources[0].name == "John Smith"


def test_a_name_before_which_a_quotation_closes_stays_clean() -> None:
    (found,) = sources("en", "“It rains[,” Foreign Minister ~Anna ~Kim] {said}.")
    assert (found.name, found.role) == ("Anna Kim", "Foreign Minister")


def test_an_arabic_adjective_stays_in_the_role() -> None:
    (found,) = sources("ar", "{قال} [وزير الخارجية الروسي ~سيرغي ~لافروف] ذلك.")
    assert (found.name, found.role) == ("سيرغي لافروف", "وزير الخارجية الروسي")


def test_a_source_has_its_fullest_name_and_the_others() -> None:
    (found,) = sources("en", "[~Smith] {said} yes.", "[~John ~Smith] {said} no.", "[~Smith] {said} so.")
    assert (found.name, list(found.aliases), found.person) == ("John Smith", ["Smith"], True)


def test_a_source_has_its_longest_role() -> None:
    lines = "[Minister ~Anna ~Kim] {said} yes.", "[Foreign Minister ~Kim] {said} no.", "[~Kim] {said} so."
    (found,) = sources("en", *lines)
    assert found.role == "Foreign Minister"


def test_honorifics_and_determiners_are_no_role() -> None:
    (found,) = sources("en", "[Mr ~John ~Smith] {said} yes.")
    assert found.role is None
    (found,) = sources("en", "[The director, ~John ~Smith] {said} yes.")
    assert found.role == "director"


def test_a_pronoun_beside_a_name_is_no_role() -> None:
    (found,) = document("en", "[He (~Tony ~Blair)] {said} so.").attribution().sources
    assert (found.name, found.role) == ("Tony Blair", None)


def test_a_role_may_stand_after_the_name() -> None:
    (found,) = sources("en", "[~John ~Smith, director of the zoo,] {said} yes.")
    assert found.role == "director of the zoo"


def test_a_source_is_introduced_where_its_role_is_given() -> None:
    one = document("en", "[~Kim] {said} yes.", "[Foreign Minister ~Anna ~Kim] {said} no.")
    (found,) = one.attribution().sources
    assert one.text[found.introduced.start : found.introduced.end] == "Foreign Minister Anna Kim"


def test_a_statement_has_its_cue_and_whole_sentence() -> None:
    one = document("en", "#It rained.", "[~John ~Smith] {said} yes.", ">“No.”")
    found = one.attribution().statements
    assert [each.span for each in found] == one.sentences[1:]
    assert [each.cue for each in found] == ["said", None]


def test_no_statements_have_no_sources() -> None:
    found = document("en", "#~John ~Smith left.").attribution()
    assert (list(found.sources), list(found.statements)) == ([], [])


def test_a_language_without_lists_still_knows_names() -> None:
    lines = "[~Angela ~Merkel] {sagte} ja.", "[~Merkel] {sagte} nein.", "{Sagte} nichts."
    assert speakers("de", *lines) == ["Angela Merkel"] * 3


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "[~John ~Smith] {said} yes.", ["John Smith", None]),
        ("ru", "[~Олег ~Туров] {сказал} да.", ["Олег Туров", None]),
        ("ar", "{قال} [~سامح ~شكري] نعم.", ["سامح شكري", None]),
    ],
)
def test_nobody_in_particular_is_nobody(lang: str, line: str, who: list[str | None]) -> None:
    vague = {
        "en": "[He] had {reportedly} sold the house.",
        "ru": "Ранее {сообщалось}, что дом продан.",
        "ar": "{وتم إبلاغ} [السكان] بأن البيت بيع.",
    }
    assert speakers(lang, line, vague[lang]) == who


def test_who_was_told_does_not_speak_but_who_told_them_does() -> None:
    assert speakers("en", "[Residents] were {told} that it rains.") == [None]
    assert speakers("en", "[Residents] were {told} by [police] that it rains.") == ["police"]
    assert speakers("en", "[~John ~Smith] {told} [reporters] that it rains.") == ["John Smith"]


@pytest.mark.parametrize(
    ("lang", "lines", "who"),
    [
        ("en", ["[~John ~Smith] {said} yes.", ">~Mary ~Jones left, {saying} no."], "Mary Jones"),
        ("ru", ["[~Олег ~Туров] {сказал} да.", ">~Анна ~Ким ушла, {добавив} нет."], "Анна Ким"),
        ("ar", ["{قال} [~سامح ~شكري] نعم.", ">وغادرت ~هند ~صبري القاعة {قائلة} لا."], "هند صبري"),
    ],
)
def test_a_cue_beside_another_verb_has_its_subject(lang: str, lines: list[str], who: str) -> None:
    assert speakers(lang, *lines)[-1] == who


def test_a_name_within_a_quotation_is_no_subject() -> None:
    lines = "[~John ~Smith] {said} yes.", ">“~Mary ~Jones left,” came the answer, {adding} no."
    assert speakers("en", *lines)[-1] == "John Smith"


@pytest.mark.parametrize(
    ("lang", "first", "then"),
    [
        ("ru", "[~Анна ~Ким] {сказала} да.", "{По ее словам}, [министр обороны] приедет."),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وقال} إن [وفد البنك] وصل."),
        ("en", "[~John ~Smith] {said} yes.", "And {added} that [the ministry] will pay."),
    ],
)
def test_whoever_what_is_said_begins_with_does_not_say_it(lang: str, first: str, then: str) -> None:
    found = speakers(lang, first, then)
    assert found == [found[0]] * 2


def test_a_source_after_what_is_said_says_it() -> None:
    line = "{قال} إن الأمر انتهى، بحسب [~سامح ~شكري]."
    assert speakers("ar", line) == ["سامح شكري"]


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "It rained on one of the farmers, {writes} [the Daily Star], and on us.", "Daily Star"),
        ("ru", "[Одна из групп протестующих], {уточняет} [газета Труд], пришла к зданию.", "газета Труд"),
        ("ar", "[إحدى الفرق]، {ذكرت} [صحيفة الأهرام]، وصلت.", "صحيفة الأهرام"),
    ],
)
def test_a_source_thrown_in_between_commas_speaks(lang: str, line: str, who: str) -> None:
    assert speakers(lang, line) == [who]


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "[~Trump lawyer ~Rudy ~Giuliani] {said} so.", "Rudy Giuliani"),
        ("ru", "{Сказал} [поддерживающий ~Чавеса депутат ~Хосе ~Авила].", "Хосе Авила"),
    ],
)
def test_the_name_after_an_office_speaks(lang: str, line: str, who: str) -> None:
    assert speakers(lang, line) == [who]


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "[~Obama's former adviser] {said} so.", "Obama's former adviser"),
        ("en", "[Mr ~Flight’s allies] {said} so.", "Flight’s allies"),
        ("en", "[~Sanders’ aides] {said} so.", "Sanders’ aides"),
        ("en", "[Supporters of ~Sanders] {said} so.", "Supporters of Sanders"),
        ("en", "[A source close to ~Jones] {said} so.", "source close to Jones"),
        ("ru", "[Адвокат ~Эндрю ~Джонсона] {заявил}, что Джонсон болен.", "Адвокат Эндрю Джонсона"),
        ("ru", "[Член парламента от ~Тори] {заявил} об этом.", "Член парламента от Тори"),
        ("ar", "{أكد} [والد ~سلمان ~العبيدي] ذلك.", "والد سلمان العبيدي"),
    ],
)
def test_whoever_belongs_to_somebody_is_somebody_else(lang: str, line: str, who: str) -> None:
    found = document(lang, line).attribution()
    assert [(one.name, one.person) for one in found.sources] == [(who, False)]


@pytest.mark.parametrize(
    ("lang", "line", "who", "role"),
    [
        ("en", "[~Clinton's spokesman, ~Brian ~Fallon], {said} so.", "Brian Fallon", "spokesman"),
        ("en", "[~Alyn ~Hockey, ~Clearswift's director], {said} so.", "Alyn Hockey", None),
        ("ru", "[Дочь ~Джонсона, ~Карен ~Янкель], {сказала} это о Джонсоне и с Джонсоном.", "Карен Янкель", None),
        ("ru", "[адвокат ~Ольга ~Петрова] {заявила} об этом Петрову.", "Ольга Петрова", "адвокат"),
        ("ru", "[адвокат ~Небойша ~Влаич] {заявил} об этом.", "Небойша Влаич", "адвокат"),
    ],
)
def test_of_a_name_and_whom_it_belongs_to_the_name_speaks(lang: str, line: str, who: str, role: str | None) -> None:
    (found,) = document(lang, line).attribution().sources
    assert (found.name, found.person, found.role or role) == (who, True, role or found.role)


@pytest.mark.parametrize(
    ("lang", "lines", "who", "role"),
    [
        (
            "ar",
            ["{أكد} [المدير العام للمنظمة ^مارغريت ^تشان] ذلك.", "{قالت} [~تشان] هذا."],
            "مارغريت تشان",
            "المدير العام للمنظمة",
        ),
        (
            "ar",
            ["{أكد} [وزير الخارجية الدكتور خالد بن محمد العطية] ذلك.", "{قال} [~العطية] هذا."],
            "خالد بن محمد العطية",
            "وزير الخارجية",
        ),
    ],
)
def test_a_description_that_holds_the_name_gives_it_whole(lang: str, lines: list[str], who: str, role: str) -> None:
    (found,) = document(lang, *lines).attribution().sources
    assert (found.name, found.person, found.role) == (who, True, role)


def test_a_letter_written_together_with_a_name_is_not_part_of_it() -> None:
    (found,) = document("ar", "سبق [~لأوباما] أن {قال} ذلك.", "{قال} [~أوباما] هذا.").attribution().sources
    assert found.name == "أوباما"


def test_a_body_with_a_short_name_stays_a_body() -> None:
    lines = ["{قال} [الاتحاد الدولي للنقل الجوي اياتا] ذلك.", "{قالت} [~اياتا] هذا."]
    (found,) = document("ar", *lines).attribution().sources
    assert (found.name, found.aliases, found.person) == ("الاتحاد الدولي للنقل الجوي اياتا", ["اياتا"], False)


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "It was welcomed by Beijing, [which] {called} it good.", "Beijing"),
        ("en", "It was welcomed by ~Mary ~Jones, [who] {called} it good.", "Mary Jones"),
        ("ru", "Это приветствовал Пекин, [который] {назвал} это верным.", "Пекин"),
    ],
)
def test_a_relative_pronoun_is_whoever_stands_before_it(lang: str, line: str, who: str) -> None:
    assert speakers(lang, "[~John ~Smith] {said} yes.", line)[-1] == who


def test_it_is_a_body_or_nobody() -> None:
    body, person = "[The Foreign Ministry] {said} no.", "[~John ~Smith] {said} yes."
    assert speakers("en", body, person, "[It] {added} more.")[-1] == "Foreign Ministry"
    assert speakers("en", person, "[It] {added} more.")[-1] is None


@pytest.mark.parametrize(
    ("lang", "lines", "who"),
    [
        ("en", ["[Toyota] {said} yes.", "[The Japanese carmaker] {added} no."], "Toyota"),
        ("en", ["#It rains on Toyota.", "[The company] {said} no.", "[Toyota] {said} yes."], "Toyota"),
        ("ru", ["[«Газпром»] {сообщил} да.", "[Компания] {добавила} нет."], "Газпром"),
    ],
)
def test_the_company_is_the_body_named_last(lang: str, lines: list[str], who: str) -> None:
    assert speakers(lang, *lines) == [who, who]


def test_a_company_before_any_name_stays() -> None:
    assert speakers("en", "[The carmaker] {said} no.", "[Toyota] {said} yes.") == ["carmaker", "Toyota"]


def test_the_company_is_no_country_and_no_ministry() -> None:
    assert speakers("en", "#It rains in China.", "[China] {said} yes.", "[The company] {said} no.")[-1] == "company"
    assert speakers("en", "[The Treasury] {said} yes.", "[The company] {said} no.")[-1] == "company"
    assert speakers("en", "[Toyota] {said} yes.", "[A company] {said} no.")[-1] == "company"


def test_an_arabic_noun_with_article_is_the_body_that_has_its_full_name() -> None:
    lines = "{وشكك} [معهد بحثي] في ذلك.", "#وسارع معهد العلوم والأمن الدولي إلى النفي.", "{وقال} [المعهد] لا."
    assert speakers("ar", *lines) == ["معهد العلوم والأمن الدولي"] * 2


def test_an_arabic_noun_without_full_name_stays() -> None:
    assert speakers("ar", "{وقال} [المعهد] لا.") == ["المعهد"]


def test_a_quoted_body_with_a_relative_clause_is_not_whoever_spoke_last() -> None:
    lines = "[~Олег ~Туров] {сказал} да.", "«[Краснорубашечники», которые устали], {объявили} нет."
    assert speakers("ru", *lines)[1] == "Краснорубашечники"


@pytest.mark.parametrize(
    ("lang", "first", "then"),
    [
        ("en", "#The president of Peru met with Minister ~Anna ~Kim.", "[The president] {said} no."),
        ("ru", "#Президент России встретился с министром ~Анной ~Ким.", "[Президент] {сказал} нет."),
        ("ar", "#التقى رئيس البلاد مع الوزيرة ~هند ~صبري.", "{وقال} [رئيس البلاد] لا."),
    ],
)
def test_whom_an_office_meets_does_not_hold_it(lang: str, first: str, then: str) -> None:
    assert speakers(lang, first, then)[0] not in ("Anna Kim", "Анной Ким", "هند صبري")


def test_the_preposition_of_according_is_no_part_of_a_source() -> None:
    assert speakers("ar", "الأمر انتهى {وفقا} [لرويترز].") == ["رويترز"]
    assert speakers("ar", "{قالت} [لجنة الخبراء] نعم.") == ["لجنة الخبراء"]


def test_a_body_is_no_office_though_it_shares_its_stem() -> None:
    lines = "{قالت} [مؤسسة النقد] نعم.", "{وأكد} [~سامح ~شكري، نائب محافظ مؤسسة النقد،] ذلك."
    assert speakers("ar", *lines) == ["مؤسسة النقد", "سامح شكري"]
    assert sources("ar", "{وقالت} [محافظة القاهرة] لا.")[0].person is False
    assert speakers("ar", "{قالت} [الوزيرة ~هند ~صبري] نعم.", "{وأكدت} [الوزيرة] ذلك.") == ["هند صبري"] * 2


# --- whom a description points back to


@pytest.mark.parametrize(
    ("lang", "first", "then", "who"),
    [
        ("en", "[~José ~Reyes] {said} yes.", "[The 21-year-old] {said} no.", "José Reyes"),
        ("en", "[~José ~Reyes] {said} yes.", "[The Spaniard] {said} no.", "José Reyes"),
        ("en", "#~José ~Reyes moved to Madrid.", "[The striker] {said} no.", "José Reyes"),
        ("ru", "[~Олег ~Туров] {сказал} да.", "[Писатель] {сказал} нет.", "Олег Туров"),
        ("ru", "[~Олег ~Туров] {сказал} да.", "{По словам} [77-летнего писателя], нет.", "Олег Туров"),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وأضاف} [نفس المسؤول] لا.", "سامح شكري"),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وأضاف} [الباحث والمحلل] لا.", "سامح شكري"),
    ],
)
def test_who_is_called_by_a_noun_is_the_person_in_mind(lang: str, first: str, then: str, who: str) -> None:
    assert speakers(lang, first, then)[-1] == who


@pytest.mark.parametrize(
    ("lang", "first", "then"),
    [
        ("en", "[~José ~Reyes] {said} yes.", "[The spokesman] {said} no."),
        ("en", "[~José ~Reyes] {said} yes.", "[A striker] {said} no."),
        ("en", "[~José ~Reyes] {said} yes.", "[The manager of Chelsea] {said} no."),
        ("ru", "[~Олег ~Туров] {сказал} да.", "[Прокурор] {сказал} нет."),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وأعلن} [المدعي] لا."),
    ],
)
def test_who_may_be_anybody_is_not_the_person_in_mind(lang: str, first: str, then: str) -> None:
    assert speakers(lang, first, then)[1] not in ("José Reyes", "Олег Туров", "سامح شكري")


def test_a_given_name_tells_who_she_is() -> None:
    lines = "#~Hillary ~Clinton lost.", "[~Donald ~Trump] {said} yes.", "[She] {said} no."
    assert speakers("en", *lines)[-1] == "Hillary Clinton"


def test_an_arabic_verb_without_subject_agrees_with_whoever_speaks() -> None:
    before = "{قال} [~سامح ~شكري] نعم.", "{وقالت} [إدارة المستشفى] ربما."
    assert speakers("ar", *before, "{وأضاف} لا.")[-1] == "سامح شكري"
    assert speakers("ar", *before, "{وأضافت} لا.")[-1] == "إدارة المستشفى"


def test_a_statement_speaks_for_whoever_put_it_out() -> None:
    lines = "{أعلنت} [وزارة الصحة] ذلك في بيان.", "{وقال} [~سامح ~شكري] نعم.", "{وأضاف} [البيان] لا."
    assert speakers("ar", *lines)[-1] == "وزارة الصحة"


# --- names


@pytest.mark.parametrize(
    ("lang", "line", "name"),
    [
        ("en", "[International Monetary Fund (IMF)] {said} yes.", "International Monetary Fund"),
        ("ru", "[~Андрес ~Восман (~Andres ~Vosman)] {сказал} да.", "Андрес Восман"),
        ("ru", "В заявлении [МВД, опубликованном в сети], {говорится} да.", "МВД"),
        ("ar", "{قال} [المتحدث باسم الجبهة، الواقعة شمال البلاد، قائد نصر] نعم.", "قائد نصر"),
        ("en", "{said} [~Cebit organiser ~Gabriele ~Dorries].", "Gabriele Dorries"),
    ],
)
def test_a_name_is_without_what_stands_around_it(lang: str, line: str, name: str) -> None:
    assert speakers(lang, line) == [name]


def test_what_stands_in_brackets_is_another_name() -> None:
    lines = "[International Monetary Fund (IMF)] {said} yes.", "[~Anna ~Kim] {said} no.", "[IMF] {said} so."
    assert speakers("en", *lines)[2] == "International Monetary Fund"


def test_a_russian_name_is_shown_as_its_first_case() -> None:
    assert (
        speakers("ru", "{По словам} [~Сергея ~Лаврова], да.", "[~Сергей ~Лавров] {сказал} нет.")
        == ["Сергей Лавров"] * 2
    )


def test_a_union_is_no_company_that_was_named_before() -> None:
    assert speakers("en", "[Acme] {said} yes.", "[The European Union] {said} no.")[1] == "European Union"
    assert speakers("en", "[Acme] {said} yes.", "[The group] {said} no.")[1] == "Acme"


def test_a_press_service_is_not_whose_it_is() -> None:
    assert speakers("ru", "[Пресс-служба ~Порошенко] {сообщила} да.") == ["Пресс-служба Порошенко"]


# --- what is no source


def test_what_arabic_content_names_is_no_source() -> None:
    assert speakers("ar", "{قال} [~سامح ~شكري] نعم.", "{وأشار} إلى أن [أرامكو] تتوقع ذلك.")[1] == "سامح شكري"


@pytest.mark.parametrize("question", ["— Нет ли у Вас сомнений?", "VG: Нет ли у Вас сомнений?"])
def test_who_is_interviewed_does_not_ask(question: str) -> None:
    lines = "[~Олег ~Туров] {сказал} да.", f">{question}", ">«Нет»."
    assert speakers("ru", *lines, gap="\n") == ["Олег Туров", None, "Олег Туров"]


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "[The club secretary], [~Mary ~Jones], {said} yes.", "Mary Jones"),
        ("ru", "[Заведующий складом], [~Олег ~Туров], {сказал} да.", "Олег Туров"),
        ("ar", "{أكدت} [المندوب الجهوي للتربية بسوسة]، [~سميرة ~خذر] ذلك.", "سميرة خذر"),
    ],
)
def test_a_description_and_the_name_behind_its_comma_are_one(lang: str, line: str, who: str) -> None:
    [source] = sources(lang, line)
    assert source.name == who
    assert source.role


@pytest.mark.parametrize(
    ("lang", "line", "other"),
    [
        ("en", "The [International Monetary Fund] (IMF) {said} yes.", "IMF"),
        ("en", "[Citizens for Clean Air], or rather [CCA], {said} yes. Citizens for Clean Air (CCA) is small.", "CCA"),
        ("ru", "[Газета «Утро»] {пишет}, что да.", "Утро"),
        ("ar", "{قالت} [صحيفة «الغد» البريطانية] نعم.", "الغد"),
        ("ar", "{أعلنت} [شرطة مدينة زيوريخ السويسرية] ذلك.", "شرطة مدينة زيوريخ"),
    ],
)
def test_a_body_is_known_by_its_other_names(lang: str, line: str, other: str) -> None:
    assert any(other in (one.name, *one.aliases) for one in sources(lang, line))


def test_initials_are_spelt_out_by_the_document() -> None:
    [source] = sources("en", "#The Centre for Clean Air (CCA) was founded here.", "[CCA] {said} yes.")
    assert source.name == "Centre for Clean Air"
    assert "CCA" in source.aliases


def test_the_arabic_paper_is_the_one_whose_name_is_in_quotes() -> None:
    lines = "{قالت} [صحيفة «الغد»] نعم.", "{وأضافت} [الصحيفة] لا.", "{وتابعت} [الصحيفة البريطانية] ربما."
    assert len(set(speakers("ar", *lines))) == 1


def test_the_arabic_paper_that_spoke_is_rather_meant_than_one_that_is_named_since() -> None:
    lines = "{قالت} [صحيفة «الغد»] إن صحيفة «الأمس» أغلقت.", "{وأضافت} [الصحيفة] لا."
    assert len(set(speakers("ar", *lines))) == 1


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", "[~John ~Smith] put out a statement: [he] {said} that it rains.", "John Smith"),
        ("ru", "[~Олег ~Туров] выступил с заявлением: [он] {сообщил}, что идет дождь.", "Олег Туров"),
    ],
)
def test_a_pronoun_is_whom_its_sentence_names_as_a_source(lang: str, line: str, who: str) -> None:
    other = {"en": "[~Paul ~Brown] {said} no.", "ru": "[~Иван ~Ким] {сказал} нет."}
    assert speakers(lang, other[lang], line)[-1] == who


@pytest.mark.parametrize(
    ("lang", "line", "who"),
    [
        ("en", ">An interview with ~Mary ~Jones: “It rains.”", "Mary Jones"),
        ("ru", ">Прямая линия с ~Олегом ~Туровым: «Идет дождь».", "Олегом Туровым"),
        ("ar", ">حوار مع ~سامح ~شكري: «نعم».", "سامح شكري"),
    ],
)
def test_a_quotation_behind_a_colon_is_of_whom_is_named_before_it(lang: str, line: str, who: str) -> None:
    assert speakers(lang, line) == [who]


@pytest.mark.parametrize(
    ("lang", "first", "then"),
    [
        ("ru", "[~Анна ~Ким] {сказала} да.", "{Сообщила} о том, что [~Олег ~Туров] приедет."),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وصرح} على متن الطائرة، إن [~هند ~صبري] قادمة."),
        ("ar", "{قال} [~سامح ~شكري] نعم.", "{وأوضح} أن البلدان كلها، كبيرة وصغيرة، تعلم، كما أن [الإسلام] أكد ذلك."),
    ],
)
def test_the_subject_of_what_is_said_does_not_say_it(lang: str, first: str, then: str) -> None:
    found = speakers(lang, first, then)
    assert found == [found[0]] * 2


@pytest.mark.parametrize(
    ("lang", "narrated", "said"),
    [
        ("en", "#~John ~Straw attacked the court.", "[The foreign secretary] {said} that it was wrong."),
        ("ru", "#~Олег ~Туров приехал.", "[Глава правительства] {сказал}, что рад."),
    ],
)
def test_an_office_is_of_whom_it_is_told_before_if_no_other_is_known_of_them(
    lang: str, narrated: str, said: str
) -> None:
    who = {"en": "John Straw", "ru": "Олег Туров"}[lang]
    assert speakers(lang, narrated, said) == [who]
    assert speakers(lang, narrated.replace("~John", "President ~John").replace("~Олег", "Президент ~Олег"), said) != [
        who
    ]


def test_what_somebody_wrote_speaks_for_them() -> None:
    assert speakers("en", "[~John ~Smith's e-mail] {said} that it rains.") == ["John Smith"]
    assert speakers("en", "[~John ~Smith's adviser] {said} that it rains.") != ["John Smith"]


def test_a_name_in_quotation_marks_is_a_bodys() -> None:
    assert [one.person for one in sources("ru", "{Пишет} [«~Росбалт»], что идет дождь.")] == [False]


@pytest.mark.parametrize(
    ("lang", "lines", "who"),
    [
        ("ar", ["{قال} [~سامح ~شكري] إننا نرفض ذلك.", ">وأنا أرى غير ما يراه."], [0, None]),
        ("ar", ["{تساءل} [~سامح ~شكري]: هل نقبل؟", ">إن قبلنا فتلك مصيبة."], [0, 0]),
        ("ar", ['{قال} [~سامح ~شكري] "إننا نرفض.', '>ونحن على حق."'], [0, 0]),
        ("en", ["[~John ~Smith] {said} yes.", ">We know why."], [0, 0]),
        ("en", ["[~John ~Smith] {said} yes.", "#Then it rained.", ">We know why."], [0, None]),
        ("en", ["[~John ~Smith] {said} yes.", "#Then it rained.", '>"We know why."'], [0, 0]),
        ("ru", ["[~Сергей ~Лавров] {сказал} да.", "#Пошёл дождь.", ">Мы знаем почему."], [0, None]),
    ],
)
def test_what_nothing_marks_as_somebodys_words_is_nobodys(lang: str, lines: list[str], who: list[int | None]) -> None:
    found = document(lang, *lines).attribution()
    assert [one.source for one in found.statements] == who
