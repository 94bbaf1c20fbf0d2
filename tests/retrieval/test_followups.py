"""Follow-ups: what they leave out is taken from the question before, and a question of its own is left alone."""

from collections.abc import Callable
from datetime import date

import pytest

from retrieval.followups import is_courtesy, standalone
from retrieval.planning import Asking, RoleMatcher
from retrieval.types import Answer, Evidence, Speaker
from tests.fakes import FakeWorkspace, quoting, source

TODAY = date(2026, 5, 20)
PEOPLE = ["Sergey Lavrov", "Сергей Лавров", "سيرغي لافروف", "Владимир Путин", "أنغيلا ميركل", "Dmitry Medvedev"]
BODIES = ["Syria", "Kremlin"]

EN, RU, AR = "What did Lavrov say about gas?", "Что сказал Лавров о газе?", "ماذا قال لافروف عن الغاز؟"
WHO_EN, WHO_RU, WHO_AR = "Who spoke about gas?", "Кто говорил о газе?", "من تحدث عن الغاز؟"
FACT = "How many people were killed in Syria?"


@pytest.fixture
def following(workspace: FakeWorkspace) -> Callable[..., str | None]:
    """The last of some questions as one that stands alone, each asked with the answer to the one before in mind."""
    everybody = [source(one) for one in PEOPLE] + [source(one, person=False) for one in BODIES]
    workspace.archive.put([quoting(one.name, one) for one in everybody])
    asking = Asking(workspace.archive, workspace.speakers, RoleMatcher(workspace.encoder, workspace.means))

    def rewritten(*questions: str, said_by: str | None = None) -> str | None:
        question, *more = questions
        result: str | None = question
        for one in more:
            target = asking.target(result or question, TODAY)
            answer = Answer(
                question=result or question, language=target.asked.language, status="not_found", plan=target.plan
            )
            if said_by:
                answer = answer.model_copy(update={"status": "answered", "evidence": [_evidence(said_by)]})
            result = standalone(one, answer, workspace.speakers.is_person, today=TODAY)
        return result

    return rewritten


def _evidence(name: str) -> Evidence:
    who = Speaker(id=name, name=name)
    return Evidence(
        article_id="a", title=None, url=None, source=None, published=None, quote="q", start=0, end=1, score=1.0,
        speaker=who, kind="direct",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "text", "meant"),
    [
        # another topic
        (EN, "and about drugs?", "What did Sergey Lavrov say about drugs?"),
        (EN, "What about Syria?", "What did Sergey Lavrov say about Syria?"),
        (EN, "how about the war in Yemen", "What did Sergey Lavrov say about the war in Yemen?"),
        (EN, "And drugs?", "What did Sergey Lavrov say about drugs?"),
        (EN, "Thanks! And on sanctions?", "What did Sergey Lavrov say about sanctions?"),
        (EN, "terrorism?", "What did Sergey Lavrov say about terrorism?"),
        (RU, "а про наркотики?", "Что сказал Сергей Лавров про наркотики?"),
        (RU, "А что насчёт Сирии?", "Что сказал Сергей Лавров насчёт Сирии?"),
        (RU, "а Сирия?", "Что сказал Сергей Лавров о Сирия?"),
        (RU, "ну а по санкциям?", "Что сказал Сергей Лавров о санкциям?"),
        (AR, "وماذا عن سوريا؟", "ماذا قال سيرغي لافروف عن سوريا؟"),
        (AR, "وعن المخدرات؟", "ماذا قال سيرغي لافروف عن المخدرات؟"),
        (AR, "طيب والمخدرات؟", "ماذا قال سيرغي لافروف عن المخدرات؟"),
        (AR, "وبالنسبة لسوريا؟", "ماذا قال سيرغي لافروف عن سوريا؟"),
        (AR, "ما موقفه من إيران؟", "ماذا قال سيرغي لافروف عن إيران؟"),
        (AR, "وعن خروج القوات من العراق؟", "ماذا قال سيرغي لافروف عن خروج القوات من العراق؟"),
        (AR, "ماذا عن واشنطن", "ماذا قال سيرغي لافروف عن واشنطن؟"),
        # a pronoun, or none, for the speaker
        (EN, "What did he say about Syria?", "What did Sergey Lavrov say about Syria?"),
        (EN, "has he commented on Iran", "What did Sergey Lavrov say about Iran?"),
        (EN, "What's his view on drugs?", "What did Sergey Lavrov say about drugs?"),
        (EN, "what else did he say?", "What did Sergey Lavrov say?"),
        (RU, "а он что сказал о Сирии?", "Что сказал Сергей Лавров о Сирии?"),
        (RU, "что ещё он сказал?", "Что сказал Сергей Лавров?"),
        (RU, "Что говорил про Иран?", "Что сказал Сергей Лавров про Иран?"),
        (RU, "Каково его мнение о наркотиках?", "Что сказал Сергей Лавров о наркотиках?"),
        (AR, "وماذا قال عن المخدرات؟", "ماذا قال سيرغي لافروف عن المخدرات؟"),
        (AR, "ماذا قال أيضا؟", "ماذا قال سيرغي لافروف؟"),
        (AR, "وما رأيه في سوريا؟", "ماذا قال سيرغي لافروف عن سوريا؟"),
        # another speaker
        (EN, "what about Putin?", "What did Putin say about gas?"),
        (EN, "And what did Merkel say?", "What did Merkel say about gas?"),
        (EN, "What did Putin say about it?", "What did Putin say about gas?"),
        (EN, "and Putin's view?", "What did Putin say about gas?"),
        (RU, "а что Путин?", "Что сказал Путин о газе?"),
        (RU, "а Меркель?", "Что сказал Меркель о газе?"),
        (RU, "А что об этом сказал Путин?", "Что сказал Путин о газе?"),
        (AR, "وبوتين؟", "ماذا قال بوتين عن الغاز؟"),
        (AR, "ماذا عن ميركل؟", "ماذا قال ميركل عن الغاز؟"),
        (AR, "وماذا قال بوتين؟", "ماذا قال بوتين عن الغاز؟"),
        # both
        (EN, "and Putin on Syria?", "What did Putin say about Syria?"),
        # other days
        (EN, "and in 2015?", "What did Sergey Lavrov say about gas in 2015?"),
        (RU, "а в прошлом году?", "Что сказал Сергей Лавров о газе в прошлом году?"),
        (AR, "وفي 2015؟", "ماذا قال سيرغي لافروف عن الغاز في 2015؟"),
        ("What did Lavrov say about gas in 2015?", "and about oil?", "What did Sergey Lavrov say about oil in 2015?"),
        # after "who"
        (WHO_EN, "and about oil?", "Who spoke about oil?"),
        (WHO_RU, "а про нефть?", "Кто говорил про нефть?"),
        (WHO_AR, "وعن النفط؟", "من تحدث عن النفط؟"),
        (WHO_EN, "what about Putin?", "What did Putin say about gas?"),
        (EN, "who else?", "Who spoke about gas?"),
        # in other words
        (EN, "Ok, and what does he think of NATO?", "What did Sergey Lavrov say about NATO?"),
        (EN, "did he mention oil prices too?", "What did Sergey Lavrov say about oil prices?"),
        (EN, "and merkel?", "What did merkel say about gas?"),
        (EN, "Also about nuclear talks", "What did Sergey Lavrov say about nuclear talks?"),
        (EN, "What about last year?", "What did Sergey Lavrov say about gas last year?"),
        (EN, "And the economy, what did he say about that?", "What did Sergey Lavrov say about the economy?"),
        (EN, "regarding Iran?", "What did Sergey Lavrov say regarding Iran?"),
        (EN, "Did Putin comment on that?", "What did Putin say about gas?"),
        (EN, "How does he explain the crisis?", "What did Sergey Lavrov say about the crisis?"),
        (EN, "And since 2014?", "What did Sergey Lavrov say about gas since 2014?"),
        (RU, "А о чём ещё он говорил?", "Что сказал Сергей Лавров?"),
        (RU, "А как Путин к этому относится?", "Что сказал Путин о газе?"),
        (RU, "и об Иране", "Что сказал Сергей Лавров об Иране?"),
        (RU, "А что думает Меркель?", "Что сказал Меркель о газе?"),
        (RU, "Расскажи про его отношение к НАТО", "Что сказал Сергей Лавров о НАТО?"),
        (RU, "а в мае 2015?", "Что сказал Сергей Лавров о газе в мае 2015?"),
        (RU, "Что он говорил вчера?", "Что сказал Сергей Лавров о газе вчера?"),
        (RU, "а кто ещё об этом говорил?", "Кто говорил о газе?"),
        (AR, "طيب ماذا عن الاقتصاد؟", "ماذا قال سيرغي لافروف عن الاقتصاد؟"),
        (AR, "وهل تحدث عن إيران؟", "ماذا قال سيرغي لافروف عن إيران؟"),
        (AR, "وماذا قال بوتين عن ذلك؟", "ماذا قال بوتين عن الغاز؟"),
        (AR, "شو قال عن النفط؟", "ماذا قال سيرغي لافروف عن النفط؟"),
        (AR, "ومن أيضا تحدث عنه؟", "من تحدث عن الغاز؟"),
        (AR, "وفي العام الماضي؟", "ماذا قال سيرغي لافروف عن الغاز في العام الماضي؟"),
        (AR, "وما تعليقه على الهجوم؟", "ماذا قال سيرغي لافروف عن الهجوم؟"),
        (WHO_EN, "and in 2016?", "Who spoke about gas in 2016?"),
        (AR, "what else did he say?", "What did Sergey Lavrov say?"),
        (EN, "and what's her take on migration?", "What did Sergey Lavrov say about migration?"),
        (EN, "putin?", "What did putin say about gas?"),
        (EN, "What about the Kremlin?", "What did Sergey Lavrov say about the Kremlin?"),
        (EN, "But what did he say on Ukraine exactly?", "What did Sergey Lavrov say about Ukraine?"),
        (EN, "And the US elections?", "What did Sergey Lavrov say about the US elections?"),
        (EN, "And Vladimir Putin?", "What did Vladimir Putin say about gas?"),
        (EN, "what did she warn about?", "What did Sergey Lavrov say about gas?"),
        (EN, "Did anyone else say that?", "Who spoke about gas?"),
        (EN, "in May 2015?", "What did Sergey Lavrov say about gas in May 2015?"),
        (EN, "and yesterday?", "What did Sergey Lavrov say about gas yesterday?"),
        (RU, "А что он думает про Китай?", "Что сказал Сергей Лавров про Китай?"),
        (RU, "А Владимир Путин?", "Что сказал Владимир Путин о газе?"),
        (RU, "А насчет нефти?", "Что сказал Сергей Лавров насчет нефти?"),
        (RU, "Как он это объясняет?", "Что сказал Сергей Лавров о газе?"),
        (RU, "а вчера?", "Что сказал Сергей Лавров о газе вчера?"),
        (RU, "что насчёт кризиса на Украине?", "Что сказал Сергей Лавров насчёт кризиса на Украине?"),
        (RU, "Путин об этом что-нибудь говорил?", "Что сказал Путин о газе?"),
        (AR, "وروسيا؟", "ماذا قال سيرغي لافروف عن روسيا؟"),
        (AR, "وبخصوص العقوبات؟", "ماذا قال سيرغي لافروف بخصوص العقوبات؟"),
        (AR, "هل ذكر شيئا عن اليمن؟", "ماذا قال سيرغي لافروف عن اليمن؟"),
        (AR, "ماذا قالت ميركل عن هذا الموضوع؟", "ماذا قال ميركل عن الغاز؟"),
        (AR, "وأنغيلا ميركل؟", "ماذا قال أنغيلا ميركل عن الغاز؟"),
        (AR, "كيف علق على الهجمات في باريس؟", "ماذا قال سيرغي لافروف عن الهجمات في باريس؟"),
        # after a fact
        (FACT, "and in Iraq?", "How many people were killed in Iraq?"),
        (FACT, "and about drugs?", "What is known about drugs?"),
        # from one language to another
        (EN, "وماذا عن سوريا؟", "ماذا قال سيرغي لافروف عن سوريا؟"),
        (AR, "а про наркотики?", "Что сказал Сергей Лавров про наркотики?"),
        (EN, "а что Путин?", "Что сказал Путин о gas?"),
        # somebody who is not quoted, and a name of two
        ("What did Obama say about gas?", "and about drugs?", "What did Obama say about drugs?"),
    ],
)
def test_what_is_left_out_is_kept(following: Callable[..., str | None], before: str, text: str, meant: str) -> None:
    assert following(before, text) == meant


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (EN, "What did Merkel say about Greece?"),
        (EN, "And what did Merkel say about Greece?"),
        (EN, "Who said that gas is cheap?"),
        (EN, "When did the summit take place?"),
        (EN, "why?"),
        (EN, "lavrov financing"),
        (EN, "What was said about Syria?"),
        (RU, "Что сказала Меркель о Греции?"),
        (RU, "Кто говорил о Сирии?"),
        (RU, "почему?"),
        (RU, "Что говорят в Москве о ценах?"),
        (AR, "ماذا قالت ميركل عن اليونان؟"),
        (AR, "من قال إن الغاز رخيص؟"),
        (AR, "لماذا؟"),
        (AR, "متى عقدت القمة؟"),
        (EN, "What is the capital of France?"),
        (EN, "Tell me what Merkel said about refugees"),
        (RU, "Какова позиция Меркель по беженцам?"),
        (AR, "ما موقف ميركل من اللاجئين؟"),
        (EN, "Where is Syria?"),
        (EN, "Is that true?"),
        (EN, "tell me more"),
        (EN, "What has Merkel said about Greece since 2015?"),
        (RU, "Где прошёл саммит?"),
        (AR, "أين تقع سوريا؟"),
        (AR, "ما هي عاصمة فرنسا؟"),
        (WHO_EN, "what else did he say?"),
        (EN, "thanks"),
        (RU, "спасибо большое!"),
        (AR, "شكرا لك"),
    ],
)
def test_a_question_of_its_own_is_never_bent(following: Callable[..., str | None], before: str, text: str) -> None:
    assert following(before, text) is None


@pytest.mark.parametrize(
    ("before", "text", "meant"),
    [
        (WHO_EN, "what else did he say?", "What did Sergey Lavrov say?"),
        (WHO_RU, "что ещё он сказал?", "Что сказал Sergey Lavrov?"),
        (WHO_AR, "ماذا قال أيضا؟", "ماذا قال Sergey Lavrov؟"),
        (WHO_EN, "and about oil?", "Who spoke about oil?"),
    ],
)
def test_he_is_who_alone_is_quoted(following: Callable[..., str | None], before: str, text: str, meant: str) -> None:
    assert following(before, text, said_by="Sergey Lavrov") == meant


def test_a_thread_of_several_follow_ups(following: Callable[..., str | None]) -> None:
    assert following(EN, "and about drugs?", "what about Putin?") == "What did Putin say about drugs?"
    assert (
        following(EN, "and in 2015?", "what about Putin?", "and about Iran?")
        == "What did Владимир Путин say about Iran in 2015?"
    )
    assert following(AR, "وماذا عن سوريا؟", "а что Путин?", "and about drugs?") == (
        "What did Владимир Путин say about drugs?"
    )


@pytest.mark.parametrize("text", ["thanks", "Thank you very much!", "ok 👍", "شكرا جزيلا", "спасибо", "Ок, понятно."])
def test_thanks_ask_nothing(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize("text", ["", "👍", "ok and Putin?", "شكرا وماذا عن سوريا؟", "gas", "you"])
def test_more_than_thanks_may_ask_something(text: str) -> None:
    assert not is_courtesy(text)
