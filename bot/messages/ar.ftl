start =
    أجيب من أرشيف للمقالات الإخبارية، بكلام المقالات نفسها.
    اسألني بالعربية أو الإنجليزية أو الروسية، مثلاً:
    ماذا قال لافروف عن تمويل الإرهاب؟
help =
    اسأل مباشرة: «ماذا قال … عن …؟» أو «من قال إن …؟»
    ‏‎/ask ثم السؤال – للسؤال داخل المجموعات أيضاً
    ‏‎/language – اللغة التي أتحدث بها
    ‏‎/privacy – ما أحتفظ به عنك
    ‏‎/help – هذه الرسالة
help-admin =
    ‏‎/ingest – لإضافة مقال: اكتب رابطاً أو نص المقال بعد الأمر، أو أرسل ملفاً مع ‎/ingest في التعليق، أو ردّ بالأمر على رسالة، أو أعد توجيه منشور قناة إليّ
    ‏‎/articles و‎/delete – ما في الأرشيف، وحذف مقالات منه
    ‏‎/feeds – الخلاصات التي تُقرأ
    ‏‎/jobs – ما ينتظر وما فشل
    ‏‎/wishes – الأسئلة التي بلا جواب
    ‏‎/stats – أرقام الأرشيف
not-found = لم أجد جواباً عن هذا السؤال في الأرشيف.
nearest = أقرب ما وجدته – وليس جواباً:
which-speaker = أكثر من شخص في الأرشيف يحمل هذا الاسم. عمّن تسأل؟
archive-empty = الأرشيف ما زال فارغاً. يستطيع المشرف إضافة مقالات بالأمر ‎/ingest.
question-empty = اكتب سؤالك بعد الأمر: ‎/ask ماذا قال … عن …؟
question-too-long = السؤال طويل جداً. اكتب سؤالك في { $limit } حرف على الأكثر.
not-admin = هذا الأمر لمشرفي البوت فقط.
ingest-empty = لا شيء لإضافته: اكتب رابطاً أو نص المقال بعد ‎/ingest، أو أرسل معه ملفاً، أو ردّ به على رسالة، أو أعد توجيه منشور قناة إليّ.
ingest-added = أُضيف:
ingest-updated = حُدّث:
ingest-unchanged = هذا المقال موجود لدي؛ لم يتغير شيء.
ingest-failed = لم يُضف: { $error }.
ingest-large = الملف كبير جداً. يسمح تيليغرام للبوت بتنزيل { $megabytes } ميغابايت على الأكثر.
ingest-wrong-file = لا أستطيع قراءة ملفات من هذا النوع؛ أرسل واحداً من هذه: { $kinds }
unknown-command = لا أعرف هذا الأمر. يعرض ‎/help ما أستطيع فعله.
defect = حدث خطأ من جهتي وقد سُجّل؛ حاول مرة أخرى من فضلك.
in-doubt = انقطع الاتصال بتيليغرام وأنا أجيب. إن لم تجد جواباً أعلاه فاسأل من جديد.
stranger = هذا البوت يجيب فقط من سمح لهم مالكه.
slow-down = هذه أسئلة كثيرة دفعة واحدة. اسأل من جديد بعد { $seconds ->
        [one] ثانية واحدة
        [two] ثانيتين
        [few] { $seconds } ثوانٍ
        [many] { $seconds } ثانية
       *[other] { $seconds } ثانية
    } من فضلك.
new = حسناً، نبدأ حديثاً جديداً.
button-more = المزيد
button-context = السياق
button-sources = المصادر
button-old = هذا الزر من إصدار سابق. اسأل من جديد من فضلك.
answer-gone = لم يعد ذلك المقال في الأرشيف، أو مضى على الجواب وقت طويل. اسأل من جديد من فضلك.
welcome = على الرحب والسعة! اسألني ما شئت.
thanks = شكراً لك!
command-new = حديث جديد
untitled = بلا عنوان
command-ask = اسأل الأرشيف
command-help = ما أستطيع فعله

# Under an answer, and what its buttons say.
day = { DATETIME($day, dateStyle: "long") }
comma = ،
also-in = وأيضاً في { $articles ->
        [one] مقال آخر
        [two] مقالين آخرين
        [few] { $articles } مقالات أخرى
        [many] { $articles } مقالاً آخر
       *[other] { $articles } مقال آخر
    }
did-you-mean = لا أقوال في الأرشيف لأحد بهذا الاسم. هل تقصد:
only-text =
    لا أقرأ إلا المكتوب. اسألني بالكلمات، مثلاً:
    ماذا قال لافروف عن تمويل الإرهاب؟
inline-examples = اكتب اسماً وموضوعاً: لافروف التمويل
inline-newest = لا شيء عن ذلك. أحدث الأقوال:
inline-nothing = لا اقتباس مناسب. اسألني سؤالاً

# Groups, channels, languages, and what is kept.
about = أجيب من أرشيف للمقالات الإخبارية: من قال ماذا، بكلماته هو ومع المصدر. اسألني بالعربية أو الإنجليزية أو الروسية: «ماذا قال … عن …؟»
about-short = من قال ماذا: اقتباسات حرفية من المقالات الإخبارية مع مصادرها.
command-language = لغة البوت
command-privacy = ما يحتفظ به البوت عنك
command-forget = حذف ما يحتفظ به البوت عنك
command-on = تشغيل البوت في هذه المجموعة
command-off = إيقاف البوت في هذه المجموعة
command-ingest = إضافة مقال
not-group-admin = هذا لمشرفي هذه المجموعة فقط.
only-in-groups = هذا الأمر للمجموعات، ويستعمله مشرفوها فيها.
group-greeting = مرحباً! أجيب من أرشيف للمقالات الإخبارية: اكتبوا ‎/ask@{ $bot } ثم السؤال، أو ردّوا على إحدى رسائلي.
group-mentions = ولكي تصلني أيضاً الرسائل التي يُذكر فيها ‎@{ $bot }، اجعلوني مشرفاً في هذه المجموعة.
group-on = عدتُ: أجيب هنا من جديد.
group-off = لن أكتب هنا من الآن. يستطيع مشرف المجموعة إعادتي بالأمر ‎/on أو بهذا الزر.
button-on = تشغيل من جديد
channel-offer =
    أُضفتُ إلى هذه القناة. هل أضيف منشوراتها إلى الأرشيف عند ظهورها؟
    أما المنشورات السابقة فتُضاف من ملف تصدير Telegram Desktop.
channel-on = تُضاف منشوراتها من الآن، وتُحدَّث عند تعديلها.
channel-off = لا تُضاف منشوراتها.
button-take-in = إضافة منشوراتها
button-leave-out = عدم إضافتها
language-name = العربية
language-automatic = تلقائي
language-of-person = بأي لغة أتحدث معك؟ أما السؤال بالعربية أو الإنجليزية أو الروسية فأجيب عنه بلغته.
language-of-group = بأي لغة أتحدث في هذه المجموعة؟ أما السؤال بالعربية أو الإنجليزية أو الروسية فأجيب عنه بلغته.
language-set = أتحدث العربية الآن.
privacy =
    ما أحتفظ به عنك:
    • كل سؤال مع جوابي ورقمك في تيليغرام ومكان السؤال: لمدة { $days ->
        [one] يوم واحد
        [two] يومين
        [few] { $days } أيام
        [many] { $days } يوماً
       *[other] { $days } يوم
    }، لكي تعمل الأزرار والأسئلة المتتابعة
    • تقييماتك للأجوبة: المدة نفسها
    • اللغة التي اخترتها
    • الرسالة أو الضغط على زر: إلى أن أنتهي من معالجته

    السؤال الذي لا جواب له يُضاف إلى قائمة رغبات لمشرفي الأرشيف دون أي أثر لمن سأل. ومن المقالات التي يضيفها مشرف أحتفظ بالمقال، وللمدة نفسها بمن ينبغي إبلاغه بالنتيجة، ولا يمسّ ‎/forget أياً منهما. وهذا كل شيء.

    يحذف ‎/forget ما أحتفظ به عنك.
forget = هل أحذف كل ما أحتفظ به عنك: أسئلتك مع أجوبتي، وتقييماتك، واللغة التي اخترتها؟ ستتوقف الأزرار تحت أجوبتي السابقة عن العمل.
button-forget = نعم، احذف
button-keep = لا، احتفظ به
forget-kept = حسناً، لم يُحذف شيء.
forget-done = { $answers ->
        [0] تم. لا أحتفظ بشيء عنك.
        [one] تم: حُذف سؤال واحد مع جوابه. لم أعد أحتفظ بشيء عنك.
        [two] تم: حُذف سؤالان مع جوابيهما. لم أعد أحتفظ بشيء عنك.
        [few] تم: حُذفت { $answers } أسئلة مع أجوبتها. لم أعد أحتفظ بشيء عنك.
        [many] تم: حُذف { $answers } سؤالاً مع أجوبتها. لم أعد أحتفظ بشيء عنك.
       *[other] تم: حُذف { $answers } سؤال مع أجوبتها. لم أعد أحتفظ بشيء عنك.
    }
forget-whom = تكتب هنا باسم المجموعة، فلا أعرف من أنت. اكتب ‎/forget لي في محادثة خاصة.
forget-of-others = هذا يخص شخصاً آخر. اكتب ‎/forget بنفسك.

# What admins give, and how they look after the archive.
articles = { $articles ->
        [one] مقال واحد
        [two] مقالان
        [few] { $articles } مقالات
        [many] { $articles } مقالاً
       *[other] { $articles } مقال
    }
statements = { $statements ->
        [0] بلا أقوال
        [one] قول واحد
        [two] قولان
        [few] { $statements } أقوال
        [many] { $statements } قولاً
       *[other] { $statements } قول
    }
ingest-reading = أقرأ
ingest-many = { $articles ->
        [one] مقال واحد:
        [two] مقالان، أولهما:
        [few] { $articles } مقالات، أولها:
        [many] { $articles } مقالاً، أولها:
       *[other] { $articles } مقال، أولها:
    }
ingest-changed = لدي صيغة أخرى منه، وستحل هذه محلها.
ingest-none = لا مقال فيه
ingest-unread = { $articles ->
        [one] تعذرت قراءة مقال واحد:
        [two] تعذرت قراءة مقالين، أولهما:
        [few] تعذرت قراءة { $articles } مقالات، أولها:
        [many] تعذرت قراءة { $articles } مقالاً، أولها:
       *[other] تعذرت قراءة { $articles } مقال، أولها:
    }
ingest-rest-unchanged = { $articles ->
        [one] وكان مقال واحد موجوداً لدي.
        [two] وكان مقالان موجودين لدي.
        [few] وكانت { $articles } مقالات موجودة لدي.
        [many] وكان { $articles } مقالاً موجوداً لدي.
       *[other] وكان { $articles } مقال موجوداً لدي.
    }
ingest-waiting = في قائمة الانتظار:
ingest-running = تجري الإضافة:
ingest-not-yet = لم يُضف بعد: { $error }.
ingest-again = المحاولة التالية:
ingest-undone = أُزيل من الأرشيف:
ingest-dropped = لم يُضف:
button-confirm = تأكيد
button-undo = تراجع
button-retry = إعادة المحاولة
button-delete = نعم، احذفه
button-remove = نعم، أزله من القائمة
button-clear-all = مسح الكل
button-newer = الأحدث
button-older = الأقدم
done = حسناً.
job-gone = لم يعد هذا في قائمتي.
job-busy = يجري العمل عليه أو انتهى؛ انظر مرة أخرى بعد لحظات.
job-failed = فشل
job-waiting = في الانتظار
job-running = قيد العمل
jobs-none = لا شيء في الانتظار، ولم يفشل شيء.
wishes = { $questions ->
        [one] سؤال واحد بلا جواب:
        [two] سؤالان بلا جواب، الأكثر تكراراً أولاً:
        [few] { $questions } أسئلة بلا جواب، الأكثر تكراراً أولاً:
        [many] { $questions } سؤالاً بلا جواب، الأكثر تكراراً أولاً:
       *[other] { $questions } سؤال بلا جواب، الأكثر تكراراً أولاً:
    }
wishes-none = لكل الأسئلة حتى الآن جواب.
articles-page = المقالات { $first }–{ $last } من { $total }، الأحدث أولاً:
article-gone = لم يعد ذلك المقال في الأرشيف.
deleted = { $articles ->
        [0] لم يُحذف شيء.
        [one] حُذف مقال واحد.
        [two] حُذف مقالان.
        [few] حُذفت { $articles } مقالات.
        [many] حُذف { $articles } مقالاً.
       *[other] حُذف { $articles } مقال.
    }
delete-this = هل أحذف هذا المقال؟
delete-missing = لا مقال بالمعرّف { $article }؛ يعرض ‎/articles الموجود.
delete-which = اكتب معرّفات المقالات بعد الأمر: ‎/delete ID … – يعرضها ‎/articles ومعها أزرار الحذف.
megabytes = { $megabytes } ميغابايت
language-ar = العربية
language-en = الإنجليزية
language-ru = الروسية
stats-languages = المقالات حسب اللغة
stats-months = المقالات حسب الشهر
stats-speakers = الأكثر اقتباساً
stats-questions = { $days ->
        [one] الأسئلة خلال يوم واحد
        [two] الأسئلة خلال يومين
        [few] الأسئلة خلال { $days } أيام
        [many] الأسئلة خلال { $days } يوماً
       *[other] الأسئلة خلال { $days } يوم
    }
stats-answered = لها جواب: { $answered }، بلا جواب: { $unanswered }
stats-wishes = في قائمة الرغبات: { $questions }
feeds-none = لا خلاصات بعد.
feeds-how =
    ‏‎/feeds add ثم العنوان – لقراءة خلاصة من الآن
    ‏‎/feeds remove ثم العنوان أو الرقم – لوقف قراءتها
    ‏‎/feeds – القائمة
feed-added = { $articles ->
        [one] تُضاف مقالاتها الجديدة من الآن، بدءاً بأحدث مقال.
        [two] تُضاف مقالاتها الجديدة من الآن، بدءاً بأحدث مقالين.
        [few] تُضاف مقالاتها الجديدة من الآن، بدءاً بأحدث { $articles } مقالات.
        [many] تُضاف مقالاتها الجديدة من الآن، بدءاً بأحدث { $articles } مقالاً.
       *[other] تُضاف مقالاتها الجديدة من الآن، بدءاً بأحدث { $articles } مقال.
    }
feed-known = هي في القائمة أصلاً.
feed-removed = أُزيلت من القائمة، وبقيت مقالاتها.
feed-unknown = هذا ليس في القائمة التي يعرضها ‎/feeds:
feed-refused = لم تُضف: { $error }.
feed-due = تُقرأ بعد لحظات
feed-next = القراءة التالية:
feed-fails-since = تتعذر قراءتها منذ
feed-failing = { $days ->
        [one] تعذرت قراءة الخلاصة «{ $feed }» منذ يوم واحد
        [two] تعذرت قراءة الخلاصة «{ $feed }» منذ يومين
        [few] تعذرت قراءة الخلاصة «{ $feed }» منذ { $days } أيام
        [many] تعذرت قراءة الخلاصة «{ $feed }» منذ { $days } يوماً
       *[other] تعذرت قراءة الخلاصة «{ $feed }» منذ { $days } يوم
    }: { $url } – إن كان عنوانها قد تغير فأزلها بالأمر ‎/feeds remove وأضف الجديد بالأمر ‎/feeds add.
command-articles = المقالات في الأرشيف
command-delete = حذف مقالات
command-feeds = الخلاصات التي تُقرأ
command-jobs = ما ينتظر وما فشل
command-wishes = الأسئلة التي بلا جواب
command-stats = أرقام الأرشيف
