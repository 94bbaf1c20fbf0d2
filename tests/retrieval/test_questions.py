"""Reading questions: who is asked about as a speaker, about what, from when."""

import re
import time
import tomllib
from datetime import date
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.question_words import LANGUAGES
from retrieval.questions import analyse

TODAY = date(2015, 9, 16)  # a Wednesday

# question, speaker, topic; None where the topic is not what the case is about
STATEMENTS = [
    ("What did Putin say at a press conference about Syria?", "Putin", "Syria"),
    ("What did Obama say in a statement?", "Obama", "in a statement"),
    ("ماذا قال بوتين في مؤتمر صحفي عن سوريا؟", "بوتين", "سوريا"),
    ("ماذا قال في مؤتمر صحفي وزير الخارجية عن سوريا؟", "وزير الخارجية", "سوريا"),
    ("Что сказал Путин в интервью о Сирии?", "Путин", "Сирии"),
    ("Что говорил в суде обвинитель Марк Тедески о жизни?", "обвинитель Марк Тедески", "жизни"),
    ("Что говорится в докладе Банка Англии о перспективах роста?", "докладе Банка Англии", "перспективах роста"),
    ("ماذا جاء في تقرير بنك إنجلترا عن الصين؟", "تقرير بنك إنجلترا", "الصين"),
    ("ماذا أعلنت وزارة الدفاع في الجزائر عن خسائر الجيش؟", "وزارة الدفاع في الجزائر", "خسائر الجيش"),
    ("ماذا أعلنت وزارة الدفاع أمس في الجزائر عن خسائر الجيش؟", "وزارة الدفاع", "في الجزائر عن خسائر الجيش"),
    ("Что заявило министерство обороны в Алжире о потерях?", "министерство обороны в Алжире", "потерях"),
    ("Что сказал Лавров в Египте о Газе?", "Лавров", "в Египте о Газе"),
    ("ماذا قال وزير الخارجية الروسي في مصر عن غزة؟", "وزير الخارجية الروسي", "في مصر عن غزة"),
    ("Что президент Ирана Роухани сказал о йеменских хуситах?", "президент Ирана Роухани", "йеменских хуситах"),
    # English
    ("What did Zarif say about the inspections?", "Zarif", "the inspections"),
    ("What Zarif said about the inspections?", "Zarif", "the inspections"),
    ("What does Zarif says about the inspections?", "Zarif", "the inspections"),
    ("Hello! What did Zarif say about the inspections?", "Zarif", "the inspections"),
    ("Could you tell me what Zarif said about the inspections?", "Zarif", "the inspections"),
    ("What did Peskov say about Putin's position?", "Peskov", "Putin's position"),
    ("Здравствуйте! Что сказал Лавров о Сирии?", "Лавров", "Сирии"),
    ("Какая позиция у Лаврова по Сирии?", "Лаврова", "Сирии"),
    ("السلام عليكم ماذا قال لافروف عن سوريا؟", "لافروف", "سوريا"),
    ("لو سمحت، ماذا قال لافروف عن سوريا؟", "لافروف", "سوريا"),
    ("ماذا قال كل من بوتين ولافروف عن سوريا؟", "بوتين ولافروف", "سوريا"),
    ("What has Obama said about Cuba?", "Obama", "Cuba"),
    ("What will Yellen say about rates?", "Yellen", "rates"),
    ("What have the rebels been saying about the truce?", "the rebels", "the truce"),
    ("What is the UN envoy saying about Yemen?", "the UN envoy", "Yemen"),
    ("How did Hollande describe the attack?", "Hollande", "the attack"),
    ("How does Ankara justify the air strikes?", "Ankara", "the air strikes"),
    ("Why does the mayor deny the allegations?", "the mayor", "the allegations"),
    ("Did Trump deny the meeting?", "Trump", "the meeting"),
    ("Has Draghi called for reforms?", "Draghi", "reforms"),
    ("What does Thatcher think of Europe?", "Thatcher", "Europe"),
    ("What did US Secretary of State John Kerry say about Assad?", "US Secretary of State John Kerry", "Assad"),
    ("What did the State Department report about Iran?", "the State Department", "Iran"),
    ("What does the World Bank report say about Egypt?", "the World Bank report", "Egypt"),
    ("What did Chancellor Merkel, who met Modi, say about visas?", "Chancellor Merkel, who met Modi", "visas"),
    ("How does the ambassador of Oman to the UN view the war?", "the ambassador of Oman to the UN", "the war"),
    ("What did President Erdogan's spokesman Ibrahim Kalin say about Syria?",
     "President Erdogan's spokesman Ibrahim Kalin", "Syria"),
    ("What did Kerry say in Vienna about whose turn it was?", "Kerry", "in Vienna about whose turn it was"),
    ("What did Modi say that Sharif also mentioned?", "Modi", None),
    ("Whom did Maduro accuse of sabotage?", "Maduro", "sabotage"),
    ("Which countries did Netanyahu criticise for the deal?", "Netanyahu", "countries for the deal"),
    ("How many people did the governor say were missing?", "the governor", "people were missing"),
    ("According to Hawking, what is the greatest danger?", "Hawking", "the greatest danger"),
    ("Why did the dam burst, according to the engineers' union?", "the engineers' union", None),
    ("In Tsipras's view, who should pay?", "Tsipras", None),
    ("What is Japan's position on whaling?", "Japan", "whaling"),
    ("What position does Japan take on whaling?", "Japan", None),
    ("What was the reaction of the Vatican to the vote?", "the Vatican", "the vote"),
    ("quotes by Mandela about freedom", "Mandela", "freedom"),
    ("show me all statements by Abbas about settlements", "Abbas", "settlements"),
    ("Mandela on freedom", "Mandela", "freedom"),
    ("mandela quotes", "mandela", None),
    ("tell me what Castro said about the embargo", "Castro", "the embargo"),
    ("what castro say about embargo", "castro", "embargo"),
    ("What did castro said about the embargo", "castro", "the embargo"),
    ("What was said by Castro about the embargo?", "Castro", "the embargo"),
    ("What was said about the embargo?", None, "the embargo"),
    ("What did he say about the embargo?", None, "the embargo"),
    ("What do people say about the embargo?", None, "the embargo"),
    # Arabic
    ("ماذا قال أردوغان عن اللاجئين؟", "أردوغان", "اللاجئين"),
    ("وماذا قال أوباما بشأن كوبا؟", "أوباما", "كوبا"),
    ("ما الذي قاله نتنياهو حول المستوطنات؟", "نتنياهو", "المستوطنات"),
    ("ماذا قالت المستشارة الألمانية أنغيلا ميركل عن اليونان؟", "المستشارة الألمانية أنغيلا ميركل", "اليونان"),
    ("ماذا قال مبعوث الأمم المتحدة إلى اليمن إسماعيل ولد الشيخ عن الهدنة؟",
     "مبعوث الأمم المتحدة إلى اليمن إسماعيل ولد الشيخ", "الهدنة"),
    ("ماذا قال الأمين العام للأمم المتحدة بان كي مون عن غزة؟", "الأمين العام للأمم المتحدة بان كي مون", "غزة"),
    ("عن ماذا تحدث نصر الله في خطابه؟", "نصر الله", "عن ماذا تحدث نصر الله في خطابه؟"),
    ("كيف وصف وزير الدفاع الفرنسي العملية العسكرية؟", "وزير الدفاع الفرنسي", "العملية العسكرية"),
    ("كيف وصف هولاند الهجوم؟", "هولاند", "الهجوم"),
    ("كيف برر علي لاريجاني التأخير؟", "علي لاريجاني", "التأخير"),
    ("لماذا رفض هولاند إرسال قوات؟", "هولاند", "إرسال قوات"),
    ("هل نفى بلاتر الاتهامات؟", "بلاتر", "الاتهامات"),
    ("هل وعد ترامب ببناء جدار؟", "ترامب", "ببناء جدار"),
    ("هل صحيح أن بلاتر قال إنه سيستقيل؟", "بلاتر", "سيستقيل"),
    ("بماذا اتهم مادورو المعارضة؟", "مادورو", "المعارضة"),
    ("إلى ماذا دعا البابا الدول الأوروبية؟", "البابا", None),
    ("على أي أساس قال بلاتر إنه بريء؟", "بلاتر", None),
    ("بحسب هوكينغ، ما هو أكبر خطر؟", "هوكينغ", "أكبر خطر"),
    ("لماذا انهار السد بحسب نقابة المهندسين؟", "نقابة المهندسين", "انهار السد"),
    ("وفقا لسامح شكري ما سبب الأزمة؟", "سامح شكري", "سبب الأزمة"),
    ("ما سبب الانهيار وفقاً للوزير؟", "وزير", "سبب الانهيار"),
    ("لماذا غرق القارب، كما أوضح خفر السواحل؟", "خفر السواحل", None),
    ("ما هو موقف اليابان من صيد الحيتان؟", "اليابان", "صيد الحيتان"),
    ("ما رأي البابا في الهجرة؟", "البابا", "في الهجرة"),
    ("تصريحات عباس حول الاستيطان", "عباس", "الاستيطان"),
    ("مانديلا عن الحرية", "مانديلا", "الحرية"),
    ("شو قال نصر الله عن الحرب", "نصر الله", "الحرب"),
    ("مرسي قال ايه عن الدستور", "مرسي", "الدستور"),
    ("ماذا قيل عن الحصار؟", None, "الحصار"),
    ("ماذا قال عن الحصار؟", None, "الحصار"),
    # Russian
    ("Что Обама сказал о Кубе?", "Обама", "Кубе"),
    ("Что сказал Обама о Кубе?", "Обама", "Кубе"),
    ("Что о Кубе сказал Обама?", "Обама", "Кубе"),
    ("что обама сказал о кубе", "обама", "кубе"),
    ("Что думает Тэтчер о Европе?", "Тэтчер", "Европе"),
    ("Как Олланд описал нападение?", "Олланд", "нападение"),
    ("Как описал министр обороны Франции ход операции?", "министр обороны Франции", "ход операции"),
    ("Как штаб Трампа объяснил поражение?", "штаб Трампа", "поражение"),
    ("В чём Мадуро обвинил оппозицию?", "Мадуро", "оппозицию"),
    ("В чём обвинил Мадуро Вашингтон?", None, None),
    ("О каких рисках в Греции Драгги предупредил банки?", "Драгги", None),
    ("К чему призвал папа римский Франциск?", "папа римский Франциск", None),
    ("Что сказал посол Омана в США о войне?", "посол Омана в США", "войне"),
    ("Что заявила компания «Роснефть» о ценах?", "компания «Роснефть»", "ценах"),
    ("Что Нетаньяху сказал о поселениях?", "Нетаньяху", "поселениях"),
    ("Что сказал об этом Шойгу?", "Шойгу", None),
    ("Отрицал ли Блаттер обвинения?", "Блаттер", "обвинения"),
    ("Правда ли, что Блаттер признал вину?", "Блаттер", None),
    ("Почему Анкара отказалась от переговоров?", "Анкара", "переговоров"),
    ("По словам Хокинга, что опаснее всего?", "Хокинга", "опаснее всего"),
    ("Почему, по мнению главы МВФ, рынки падают?", "главы МВФ", "рынки падают"),
    ("Почему Сноуден, по его словам, не вернулся?", "Сноуден", "не вернулся"),
    ("Какова позиция Японии по китобойному промыслу?", "Японии", "китобойному промыслу"),
    ("Какую позицию занимает Япония по санкциям?", "Япония", None),
    ("заявления Аббаса о поселениях", "Аббаса", "поселениях"),
    ("Мандела про свободу", "Мандела", "свободу"),
    ("Что было сказано о блокаде?", None, "блокаде"),
    ("Что он сказал о блокаде?", None, "блокаде"),
    # titles, bodies and places that belong to whoever is asked about
    ("كيف برر الأمين العام لحلف الناتو ينس ستولتنبرغ زيادة الإنفاق العسكري؟",
     "الأمين العام لحلف الناتو ينس ستولتنبرغ", "زيادة الإنفاق العسكري"),
    ("ماذا قال المتحدث باسم الشرطة في مكة المكرمة العقيد عاطي القرشي عن السرقات؟",
     "المتحدث باسم الشرطة في مكة المكرمة العقيد عاطي القرشي", "السرقات"),
    ("لماذا رفض السيناتور جون ماكين مشروع القانون؟", "السيناتور جون ماكين", "مشروع القانون"),
    ("كيف وصف العقيد محمد المقاطي العملية الأمنية؟", "العقيد محمد المقاطي", "العملية الأمنية"),
    ("كيف شرح زعيم حزب الخضر روبرت هابيك أن أسعار الطاقة سترتفع؟", "زعيم حزب الخضر روبرت هابيك", "أسعار الطاقة سترتفع"),
    ("هل نفت وزارة الخارجية الإيرانية إجراء مفاوضات مباشرة؟", "وزارة الخارجية الإيرانية", "إجراء مفاوضات مباشرة"),
    ("كيف فسرت شرطة دبي اغتيال المبحوح؟", "شرطة دبي", "اغتيال المبحوح"),
    ("عن الحجاب ماذا قالت مارين لوبان؟", "مارين لوبان", "الحجاب"),
    ("What did WHO regional director Balkhy warn about cholera?", "WHO regional director Balkhy", "cholera"),
    ("What concerns did Médecins Sans Frontières raise over the siege?", "Médecins Sans Frontières", "over the siege"),
    ("What was Rayan's mother quoted as saying about the rescue?", "Rayan's mother", "the rescue"),
    ("How confident was Lewis Hamilton about winning an eighth title?", "Lewis Hamilton", "winning an eighth title"),
    ("What does the Fenwick Institute think tank recommend for social care?",
     "the Fenwick Institute think tank", "social care"),
    ("Какой рост экономики Египта прогнозирует МВФ?", "МВФ", "рост экономики Египта"),
    ("Что сообщили в пресс-службе Росгвардии о задержании?", "пресс-службе Росгвардии", "задержании"),
    ("Что говорят жители Шейх-Джарраха о приказах о выселении?", "жители Шейх-Джарраха", "приказах о выселении"),
    ("Чего ждёт от цен на нефть Goldman Sachs?", "Goldman Sachs", "цен на нефть"),
    ("Чего ждёт от Турции Патрушев?", "Патрушев", "Турции"),
    ("Что говорил о Марии Захаровой?", None, "Марии Захаровой"),
    ("Что сказал о победе Трампа Орбан?", "Орбан", None),
    ("Что заявила Верховная Рада о языке?", "Верховная Рада", None),
    ("Совет Федерации о мобилизации", "Совет Федерации", None),
    ("According to author Salman Rushdie, what is free speech?", "author Salman Rushdie", None),
    ("According to news agency Interfax, who won?", "news agency Interfax", None),
    ("بحسب الكاتب علاء الأسواني، لماذا فشلت الثورة؟", "الكاتب علاء الأسواني", None),
    ("ماذا قال عزت الدوري عن الاحتلال؟", "عزت الدوري", None),
    ("ماذا قال فضل شاكر عن سوريا؟", "فضل شاكر", None),
    ("لماذا رفض محمد صلاح العرض السعودي؟", "محمد صلاح", None),
    ("لماذا رفض مبارك التنحي؟", "مبارك", None),
    ("لماذا رفض صلاح التجديد؟", "صلاح", None),
    ("لماذا انتقد حسام حسن الحكم؟", "حسام حسن", None),
    ("ماذا قال بوتين من قبل عن أوكرانيا؟", "بوتين", None),
    ("Согласна ли с решением суда омбудсмен Татьяна Москалькова?", "омбудсмен Татьяна Москалькова", "с решением суда"),
    ("Почему сенатор Джон Маккейн против законопроекта?", "сенатор Джон Маккейн", "законопроекта"),
    ("Какие условия выдвинул «Талибан» для переговоров?", "Талибан", None),
    ("لماذا يعارض نتنياهو الاتفاق النووي بحسب قوله؟", "نتنياهو", None),
    ("Why does Netanyahu oppose the Iran deal, according to him?", "Netanyahu", None),
]  # fmt: skip

WHO = [
    ("Who said that the dam was unsafe?", "the dam was unsafe"),
    ("Who has repeatedly warned of a famine?", None),
    ("Who in the US said that the war was over?", None),
    ("Which official called for a boycott?", None),
    ("What minister promised lower taxes?", None),
    ("Who was the general who admitted the mistake?", None),
    ("Which countries condemned the coup?", None),
    ("من قال إن السد غير آمن؟", "السد غير آمن"),
    ("من الذي حذّر من المجاعة؟", None),
    ("من هو الوزير الذي وعد بخفض الضرائب؟", None),
    ("أي دولة أدانت الانقلاب؟", None),
    ("مين قال إن السد خطر", "السد خطر"),
    ("Кто заявил, что плотина опасна?", "плотина опасна"),
    ("Кто из министров обещал снизить налоги?", None),
    ("Какой чиновник призвал к бойкоту?", None),
    ("Какие страны осудили переворот?", None),
    ("На кого возложили вину за взрыв?", None),
    ("По чьему мнению, плотина опасна?", "плотина опасна"),
]

FACTS = [
    "أين ألقي القبض على صدام حسين؟",
    "ما قيمة صفقة انتقال نيمار إلى الهلال؟",
    "Когда Финляндия вступила в НАТО?",
    "When will the dam be finished?",
    "What will Modi discuss in Dhaka?",
    "How many delegations did Modi address?",
    "Who did Kerry speak with in Vienna?",
    "When did Modi visit Dhaka?",
    "Who won the election?",
    "How long is the dam according to the article?",
    "War on terror",
    "news about Egypt",
    "modi inflation",
    "متى يكتمل بناء السد؟",
    "ماذا سيناقش مودي في دكا؟",
    "أين تقع دكا؟",
    "من هو رئيس تونس؟",
    "أخبار عن مصر",
    "Когда достроят плотину?",
    "Что обсудит Моди в Дакке?",
    "С кем встретился Керри в Вене?",
    "Кто такой Нарендра Моди?",
    "Новости о Египте",
    "¿Qué dijo Merkel sobre Grecia?",
    "Was sagte Merkel über Griechenland?",
    "Що сказав Зеленський про Крим?",
    "メルケルは何と言いましたか",
]

# What is said to be, or happens, has words that also tell of speech; what stands beside them is nobody's name.
NOBODY = [
    "Когда объявили о смерти Брежнева?",
    "Когда сообщили о смерти Сталина?",
    "Почему отказались от услуг Google?",
    "Верят ли в победу Украины?",
    "Почему критикуют политику Израиля?",
    "Когда признали независимость Косово?",
    "За что хвалят игру Месси?",
    "Когда решили построить БАМ?",
    "متى صوت الكونغرس ضد القرار؟",
    "كم هدفا سجل ميسي ضد ريال مدريد؟",
    "متى بدأت التظاهرات ضد مبارك؟",
    "كم دولة صوتت ضد القرار؟",
    "هل يوجد لقاح ضد الملاريا؟",
    "هل يوجد معارض للكتاب في الرياض؟",
    "What is the best vaccine against HIV?",
    "Is there evidence against Assad?",
    "When were sanctions against Iran lifted?",
    "When is Arsenal against Chelsea?",
    "What are the charges against Navalny?",
    "Is the Suez Canal critical to world trade?",
    "How critical is oil to Iraq?",
    "Когда бой Нганну против Фьюри?",
    "Какой счёт матча Россия против Хорватии?",
    "Где смотреть бой Хабиб против Макгрегора?",
    "Когда Зенит против Спартака?",
    "Скажите, что он говорил о НАТО?",
    "Привет! Что он сказал о войне?",
    "Интересно, что они думают о войне?",
    "В России, что люди думают о войне?",
    "После отставки, что он сказал?",
    "مرحبا، ماذا قال عن سوريا؟",
    "من فضلك، ماذا قال عن سوريا؟",
    "في مؤتمر ميونخ، ماذا قال عن سوريا؟",
    "بعد الهجوم، ماذا قالت عن سوريا؟",
    "What does BRICS stand for?",
    "How long did the Berlin Wall stand?",
    "What does Article 5 mean?",
    "How many refugees did Germany accept?",
    "Does Dubai accept bitcoin?",
    "When did the Cold War conclude?",
    "How does the Hubble compare with Webb?",
    "Does Egypt maintain relations with Israel?",
    "When did the IOC decide to ban Russia?",
    "Who backs the Houthis?",
    "Who is in charge of the Wagner group?",
    "Who was arrested on charges of spying?",
    "When was the first case of Ebola reported?",
    "What happened to the case of Julian Assange?",
    "When was Julian Assange's case heard?",
    "When did Imran Khan face charges of corruption?",
    "What charges does Trump face?",
    "Где находится Совет Европы?",
    "Когда создан Совет Безопасности ООН?",
    "Кто возглавляет Совет Федерации?",
    "Каковы условия перемирия в Газе?",
    "Какая последняя версия Android?",
    "Какие условия ипотеки в России?",
    "Какие сомнения есть у Трампа?",
    "Где прошло выступление Rammstein?",
    "Когда опубликован прогноз МВФ?",
    "Что ждёт Трампа после выборов?",
    "Какая погода ждёт Москву завтра?",
    "Когда будет готов Крымский мост?",
    "Когда будет готов мост через Лену?",
    "Какая река разделяет Польшу и Германию?",
    "Какую теорему решил Григорий Перельман?",
    "Какие ворота защищал Лев Яшин?",
    "Сколько преступлений раскрыла полиция?",
    "Как защитить компьютер от вирусов?",
    "Как решить конфликт в Карабахе?",
    "Кто в Кремле решил начать войну?",
    "ماذا حدث عقب اغتيال رفيق الحريري؟",
    "كم شخصا قتل عقب الزلزال؟",
    "ماذا فعل الأسد عقب سقوط دمشق؟",
    "كم صوتا تلقى ترامب في الانتخابات؟",
    "أين تلقى الأمير تعليمه؟",
    "كم شخصا يلقى حتفه في الحوادث؟",
    "متى ألقت الشرطة القبض على حسني مبارك؟",
    "متى تقرر تأجيل القمة العربية؟",
    "ماذا ينتظر لبنان بعد الانتخابات؟",
    "لماذا يشعر المريض بالبرد؟",
    "Сколько преступлений раскрыли в Москве?",
    "Когда объявили в России мобилизацию?",
    "За что осудили в Москве Соколова?",
    "Как в Англии называют лифт?",
    "Когда в Москве ждут снег?",
    "За что ругают дороги в России?",
    "Как решают проблемы с водой в Крыму?",
    "من توقع انهيار الاقتصاد في لبنان؟",
    "ما الحل الذي أنهى الحرب في البوسنة؟",
    "ما المعلومات التي سرقها القراصنة من سوني؟",
    "ما السبب وراء انهيار الليرة؟",
    "Is Hezbollah backed by Iran?",
    "Are the Houthis supported by Iran?",
    "Was the ceasefire accepted by Hamas?",
    "Is the Mona Lisa maintained by the Louvre?",
    "Who was backed by Russia in the Syrian war?",
    "Как назвали дочь Меган Маркл?",
    "Как называют мать Терезу?",
]

DATES = [
    ("What did Kerry say in July 2015 about Cuba?", "2015-07-01", "2015-07-31", "Cuba"),
    ("What did Kerry say about Cuba on 3 August?", "2015-08-03", "2015-08-03", "Cuba"),
    ("What did Kerry say about Cuba on October 3rd?", "2014-10-03", "2014-10-03", "Cuba"),
    ("What did Kerry say on 2015-08-03 about Cuba?", "2015-08-03", "2015-08-03", "Cuba"),
    ("What has Kerry said about Cuba since 2014?", "2014-01-01", None, "Cuba"),
    ("What did Kerry say about Cuba between 2012 and 2014?", "2012-01-01", "2014-12-31", "Cuba"),
    ("What did Kerry say about Cuba until July 2014?", None, "2014-07-31", "Cuba"),
    ("What did Kerry say yesterday about Cuba?", "2015-09-15", "2015-09-15", "Cuba"),
    ("What did Kerry say about Cuba last week?", "2015-09-07", "2015-09-13", "Cuba"),
    ("What did Kerry say about Cuba last month?", "2015-08-01", "2015-08-31", "Cuba"),
    ("What did Kerry say about Cuba this year?", "2015-01-01", "2015-09-16", "Cuba"),
    ("What did Kerry say about Cuba in the past 3 days?", "2015-09-13", "2015-09-16", "Cuba"),
    ("What did Kerry say on Monday about Cuba?", "2015-09-14", "2015-09-14", "Cuba"),
    ("Who said in 2014 that the dam was unsafe?", "2014-01-01", "2014-12-31", "the dam was unsafe"),
    ("What happened yesterday in Dhaka?", "2015-09-15", "2015-09-15", "What happened in Dhaka?"),
    ("What did Infantino say about the 2018 World Cup?", None, None, "the 2018 World Cup"),
    ("What did Modi say about plans for 2030?", None, None, "plans for 2030"),
    ("What did Cameron say about the EU deal of 2014?", None, None, "the EU deal of 2014"),
    ("What did Merkel say about the elections in 2013?", None, None, "the elections in 2013"),
    ("Why was the dam closed last year, according to Kerry?", None, None, None),
    ("Who said that the war ended in 2014?", None, None, "the war ended in 2014"),
    ("What did the minister who resigned last month say about Cuba?", None, None, "Cuba"),
    ("What did May say about Cuba?", None, None, "Cuba"),
    ("What did Kerry say on 31 June 2015?", None, None, None),
    ("ماذا قال كيري عن كوبا في يوليو 2015؟", "2015-07-01", "2015-07-31", "كوبا"),
    ("ماذا قال كيري عن كوبا في تموز ٢٠١٥؟", "2015-07-01", "2015-07-31", "كوبا"),
    ("ماذا قال كيري في 3 آب/أغسطس عن كوبا؟", "2015-08-03", "2015-08-03", "كوبا"),
    ("ماذا قال السبسي في جويلية الماضي عن الأجور؟", "2015-07-01", "2015-07-31", "الأجور"),
    ("ماذا قال بنكيران عن التعليم في غشت 2014؟", "2014-08-01", "2014-08-31", "التعليم"),
    ("ماذا قال كيري عن كوبا بين عامي 2012 و2014؟", "2012-01-01", "2014-12-31", "كوبا"),
    ("ماذا قال كيري عن كوبا منذ عام 2014؟", "2014-01-01", None, "كوبا"),
    ("ماذا قال كيري عن كوبا أمس؟", "2015-09-15", "2015-09-15", "كوبا"),
    ("ماذا قال كيري الأسبوع الماضي عن كوبا؟", "2015-09-07", "2015-09-13", "كوبا"),
    ("ماذا قال كيري عن كوبا الشهر الماضي؟", "2015-08-01", "2015-08-31", "كوبا"),
    ("ماذا قال كيري عن كوبا هذا العام؟", "2015-01-01", "2015-09-16", "كوبا"),
    ("ماذا قال كيري عن كوبا خلال الأيام الثلاثة الماضية؟", "2015-09-13", "2015-09-16", "كوبا"),
    ("ماذا قال بلاتر عن كأس العالم 2018؟", None, None, "كأس العالم 2018"),
    ("من قال إن الحرب انتهت عام 2014؟", None, None, "الحرب انتهت عام 2014"),
    ("Что Керри сказал о Кубе в июле 2015 года?", "2015-07-01", "2015-07-31", "Кубе"),
    ("Что сказал Керри 3 августа о Кубе?", "2015-08-03", "2015-08-03", "Кубе"),
    ("Что Керри вчера сказал о Кубе?", "2015-09-15", "2015-09-15", "Кубе"),
    ("Что Керри сказал о Кубе на прошлой неделе?", "2015-09-07", "2015-09-13", "Кубе"),
    ("Что Керри сказал о Кубе в прошлом месяце?", "2015-08-01", "2015-08-31", "Кубе"),
    ("Что Керри говорил о Кубе за последние 3 дня?", "2015-09-13", "2015-09-16", "Кубе"),
    ("Что Керри говорил о Кубе с 2012 по 2014 год?", "2012-01-01", "2014-12-31", "Кубе"),
    ("Что сказал Мутко о чемпионате мира 2018 года?", None, None, "чемпионате мира 2018 года"),
    ("Кто заявил, что война закончилась в 2014 году?", None, None, "война закончилась в 2014 году"),
    ("What did Kerry say about Cuba three days ago?", "2015-09-13", "2015-09-13", "Cuba"),
    ("What did Kerry say a week ago about Cuba?", "2015-09-07", "2015-09-13", "Cuba"),
    ("Что Керри сказал о Кубе месяц назад?", "2015-08-01", "2015-08-31", "Кубе"),
    ("ماذا قال كيري عن كوبا قبل يومين؟", "2015-09-14", "2015-09-14", "كوبا"),
    ("ماذا قال كيري أول من أمس عن كوبا؟", "2015-09-14", "2015-09-14", "كوبا"),
    ("ماذا قال كيري عن كوبا في الأسبوعين الماضيين؟", "2015-09-02", "2015-09-16", "كوبا"),
    ("What did Kerry say about Cuba in recent years?", "2012-09-16", "2015-09-16", "Cuba"),
    ("Что Керри говорил о Кубе за последние дни?", "2015-09-13", "2015-09-16", "Кубе"),
    ("What did Kerry say about Cuba between May and July 2014?", "2014-05-01", "2014-07-31", "Cuba"),
    ("What did Kerry say about Cuba from March to May?", "2015-03-01", "2015-05-31", "Cuba"),
    ("Что Керри говорил о Кубе с 1 по 5 марта 2014 года?", "2014-03-01", "2014-03-05", "Кубе"),
    ("ماذا قال كيري عن كوبا من عام 2012 حتى عام 2014؟", "2012-01-01", "2014-12-31", "كوبا"),
    ("What did Johnson say about Brexit and May?", None, None, "Brexit and May"),
    ("What did Bush say about September 11?", None, None, "September 11"),
    ("Что сказал Путин о 9 мая?", None, None, "9 мая"),
    ("ماذا قال السيسي عن 30 يونيو؟", None, None, "30 يونيو"),
]


@pytest.mark.parametrize(("question", "speaker", "topic"), STATEMENTS)
def test_a_question_about_statements_names_speaker_and_topic(question, speaker, topic):
    asked = analyse(question, today=TODAY)
    assert asked.intent == "statements"
    if topic is not None or speaker is not None:
        assert asked.speaker == speaker
    if topic is not None:
        assert asked.topic == topic


@pytest.mark.parametrize(("question", "topic"), WHO)
def test_a_question_for_the_speaker_names_none(question, topic):
    asked = analyse(question, today=TODAY)
    assert (asked.intent, asked.speaker) == ("who", None)
    if topic is not None:
        assert asked.topic == topic


@pytest.mark.parametrize("question", NOBODY)
def test_nobody_is_taken_for_who_is_asked_about(question):
    assert analyse(question, today=TODAY).speaker is None


@pytest.mark.parametrize("question", FACTS)
def test_a_question_about_no_statement_stays_as_it_is(question):
    asked = analyse(question, today=TODAY)
    assert (asked.intent, asked.speaker, asked.topic) == ("fact", None, question)


@pytest.mark.parametrize(("question", "since", "until", "topic"), DATES)
def test_dates_count_when_they_date_the_saying(question, since, until, topic):
    asked = analyse(question, today=TODAY)
    days = tuple(day and day.isoformat() for day in (asked.since, asked.until))
    assert days == (since, until)
    if topic is not None:
        assert asked.topic == topic


def test_the_first_of_january_has_a_last_month():
    asked = analyse("What did Kerry say about Cuba last month?", today=date(2016, 1, 1))
    assert (asked.since, asked.until) == (date(2015, 12, 1), date(2015, 12, 31))


def test_a_question_without_topic_is_its_own():
    assert analyse("О чём предупредил Керри?", today=TODAY).topic == "О чём предупредил Керри?"
    assert analyse("What did Kerry say yesterday?", today=TODAY).topic == "What did Kerry say?"


@pytest.mark.parametrize(
    "question", ["What did «ABC News» say about Cuba?", "What did \u2066Kerry\u2069 say about Cuba?"]
)
def test_marks_around_a_name_do_not_belong_to_it(question):
    assert analyse(question, today=TODAY).speaker in {"ABC News", "Kerry"}


@pytest.mark.parametrize(
    "question",
    ["", " ", "?", "؟", "😀🤔", "\u200f\u202b\u2069", "what did about", "Who", "ماذا", "من", "что о", "кто",
     "по словам", "according to", "بحسب", "12345", "'s", "«»", "\x00\x01", "a" * 1000, "e\u0301" * 400,
     "what did " * 110, "ماذا قال " * 110],
)  # fmt: skip
def test_odd_questions_have_no_speaker(question):
    asked = analyse(question, today=TODAY)
    assert asked.speaker is None
    assert bool(asked.topic) == bool(question)


_DENSE = ("Лавров ", "Лавров в Москве ", "глава большой ", "ПРЕЗИДЕНТ РОССИИ ВЛАДИМИР ПУТИН РЕШИЛ ВСТРЕТИТЬСЯ ")


def test_the_longest_question_takes_no_time():
    analyse("What did Kerry say about Cuba?", today=TODAY)
    analyse("Что сказал Керри?", today=TODAY)
    analyse("ماذا قال كيري؟", today=TODAY)
    started = time.perf_counter()
    for word in ("Kerry said that ", "Лавров и Керри, ", "Что на ", "قال وزير الخارجية ", "in July 2015 ", *_DENSE):
        analyse((word * 400)[:1000], today=TODAY)
    assert time.perf_counter() - started < 5


_WORDS = """
What did say said Kerry about on who which according to the in July 2015 , . ? 's «ABC» yesterday that by 😀
ماذا قال كيري عن من الذي بحسب لكيري في تموز ، ؟ أمس أن
Что сказал Керри о кто по словам вчера в июле 2015 года ли
""".split()  # noqa: SIM905


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(_WORDS), max_size=20).map(" ".join)), st.dates())
def test_any_text_has_an_analysis(question, today):
    asked = analyse(question, today=today)
    assert asked.speaker is None or (asked.speaker and asked.speaker in question)
    assert bool(asked.topic) == bool(question)
    assert not (asked.since and asked.until) or asked.since <= asked.until
    assert asked.intent in {"statements", "who", "fact"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_use_classes_that_have_words(language):
    data = tomllib.loads((resources.files("retrieval") / "data" / f"questions.{language}.toml").read_text("utf-8"))
    known = {*data["words"], *data["shapes"], "month", "weekday", "number", "relative"}
    known |= {name for table in data.get("paradigms", []) for name in table["classes"]}
    known |= {table["class"] for table in data.get("inflected", [])}
    forms = [entry["form"] for entry in (*data["patterns"], *data["dates"])] + list(data["macros"].values())
    used = {name for form in forms for words in re.findall(r"\{([a-z_!][a-z_!| ]*)\}", form)
            for name in re.findall("[a-z_]+", words)}  # fmt: skip
    assert used <= known
