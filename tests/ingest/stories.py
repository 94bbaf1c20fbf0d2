"""What the documents in `files/` say, in each language: a title and three paragraphs."""

# ruff: noqa: E501  a paragraph a line

AR_TITLE = "لافروف: الإرهاب يتلقى دعما ماليا من الخارج"
AR = [
    "قال وزير الخارجية الروسي سيرغي لافروف، الثلاثاء 7/11/2017، إن «الإرهابيين يتكيفون مع الوقائع المتغيرة»، ولفت إلى استمرار الدعم المالي الخارجي للمتطرفين في الشرق الأوسط وشمال أفريقيا.",
    "وأضاف لافروف أن نسبة النمو بلغت 3.5% عام 2016 (مقابل 2.1% في 2015)، وأن قناة RT نقلت عن الكرملين أن اللقاء سيعقد في الساعة 11:30 بتوقيت GMT+3، لا غير.",
    'من جانبه صرّح الأمين العام للأمم المتحدة أنطونيو غوتيريش بأن الله وحده يعلم متى تنتهي الأزمة، وقال: "لأن الآلاف من اللاجئين لا يجدون مأوى، فإننا نطلب من الدول كلها أن تساعد". ثم أكّد أن الإدارة الأمريكية (البيت الأبيض) ستواصل المحادثات مع الأطراف الإقليمية ومع United Nations في جنيف خلال الأسابيع المقبلة.',
]
EN_TITLE = "Lavrov: money for militants comes from abroad"
EN = [
    "Russian Foreign Minister Sergei Lavrov said on Tuesday that “militants adapt to changing circumstances” and that financial support for them from outside the region had never stopped, despite international commitments and the resolutions of the Security Council.",
    "“We can’t wait,” he said in St. Petersburg. Growth was 3.5% in 2016, against 2.1% the year before; a well-known economist, Dr. Anna O’Neill, called the figures “surprisingly extraordinary”.",
    "Secretary-General António Guterres asked all governments to help. The final communiqué of the conference will be published in Geneva next week, officials of the organisation said.",
]
RU_TITLE = "Лавров: террористы получают деньги из-за рубежа"
RU = [
    "Министр иностранных дел России Сергей Лавров заявил во вторник, что «террористы приспосабливаются к меняющимся обстоятельствам» и что финансовая поддержка экстремистов извне продолжается, несмотря на международные обязательства государств.",
    "Рост ВВП составил 3,5 % в 2016 г. против 2,1 % годом ранее, — отметил он в Санкт-Петербурге. По его словам, кое-кто по-прежнему считает терроризм инструментом внешнеполитического давления.",
    "Генеральный секретарь ООН Антониу Гутерриш призвал все правительства помочь беженцам. Итоговое коммюнике конференции будет опубликовано в Женеве на следующей неделе, сообщили представители организации.",
]
STORIES = {"ar": (AR_TITLE, AR), "en": (EN_TITLE, EN), "ru": (RU_TITLE, RU)}
