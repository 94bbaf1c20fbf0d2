"""News-like sentences in the three languages, with what makes tokenizers stumble."""

ARABIC = [
    "وأضاف لافروف: «هم يتكيفون مع الوقائع المتغيرة»، ولفت إلى استمرار الدعم المالي الخارجي للمتطرفين.",
    "قال رئيس الوزراء، الأحد، إن نسبة النمو بلغت ٣٫٥٪ عام ٢٠٢٣، مقابل 2.1% في 2022؛ فهل يستمر ذلك؟",
    "إنّ المُشكِلةَ كبيرةٌ جِدًّا، كما صرّح ـــ الناطق باسم الوزارة ـــ لوكالة «سبوتنيك».",
    "ﷺ ﻻ ﻷن اللّٰه \u200fقال\u200e (د.ب.أ) ــ الرياض\u00a0–\u00a0واس",
    "نقلت قناة RT عن الكرملين أن لقاء بوتين وترامب سيعقد في 15/8/2025 الساعة 11:30 بتوقيت GMT+3.",
]
ENGLISH = [
    "“We can’t wait,” said Sen. O’Brien (R-Ohio) — not even until Jan. 3rd, 2024…",
    "Shares fell 3.5% to $1,234.56; the F.B.I. wouldn't comment on the U.K.'s co-operation.",
    "The naïve café owner’s résumé: ½ cup, 10² m, ﬁnal oﬀer, №5, ｆｕｌｌ ｗｉｄｔｈ, ™ and ©.",
    "He tweeted: “GOAL!!! ⚽🎉👩‍👩‍👧 #Worldcup @user https://example.org/a_b?c=d&e=%20”",
    "tabs\tand\nlines\r\nand   many    spaces \u2028 separators \u00ad soft\u200b zero\ufeff width",
]
RUSSIAN = [
    "«Террористы продолжают получать поддержку извне», — заявил Сергей Лавров 7 ноября 2017 г. в г. Краснодаре.",
    "Ещё в 90-х гг. ВВП вырос на 4,2 % (до 1,5 трлн руб.), т. е. почти вдвое — об этом сообщил ТАСС.",
    "Министр Ёлкин-Иванов подъехал к зданию МИД РФ; что же он сказал?",
    "Глава ФСБ А. В. Бортников: «„Аль-Каида“ и ИГИЛ* сближаются».",
]
ALL = [*ARABIC, *ENGLISH, *RUSSIAN]
