start =
    I answer from an archive of news articles, in the articles' own words.
    Ask me in English, Arabic or Russian, for example:
    What did Lavrov say about terrorism financing?
help =
    Just ask: “What did … say about …?”, “Who said that …?”
    /ask QUESTION – asks in a group, too
    /language – the language that I speak
    /privacy – what I keep about you
    /help – this message
help-admin =
    /ingest – takes in an article: write a link or its text after the command, send a file with /ingest as its caption, reply with it to a message, or just forward me a channel’s post
    /articles, /delete – what is in the archive; take articles out
    /feeds – feeds that are read from now on
    /jobs – what waits or has failed
    /wishes – questions without an answer
    /stats – figures
not-found = I found no answer to this in the archive.
nearest = What comes closest – not an answer:
which-speaker = More than one person in the archive has that name. Whom do you mean?
archive-empty = The archive is still empty. An admin can add articles with /ingest.
question-empty = Write your question after the command: /ask What did … say about …?
question-too-long = That question is too long. Please ask in at most { $limit } characters.
not-admin = Only the bot's admins can do that.
ingest-empty = Nothing to take in: write a link or the article's text after /ingest, send a file with it, reply with it to a message, or just forward me a channel’s post.
ingest-added = Taken in:
ingest-updated = Updated:
ingest-unchanged = I already have this article; nothing changed.
ingest-failed = Not taken in: { $error }.
ingest-large = That file is too large. Telegram lets a bot fetch at most { $megabytes } MB.
ingest-wrong-file = I cannot read files of that kind; send one of these: { $kinds }
unknown-command = I don't know that command. /help lists what I can do.
defect = Something went wrong on my side. It has been logged; please try again.
in-doubt = The line to Telegram broke while I was answering. If you find no answer above, please ask again.
stranger = This bot answers only people whom its owner has let in.
slow-down = That is a lot of questions at once. Please ask again in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
new = All right, a new conversation.
button-more = More
button-context = Context
button-sources = Sources
button-old = This button is from an earlier version of me. Please ask again.
answer-gone = That article is no longer in the archive, or the answer is too old. Please ask again.
welcome = You are welcome! Ask me anything else.
thanks = Thank you!
command-new = Start a new conversation
untitled = untitled
command-ask = Ask the archive
command-help = What I can do

# Under an answer, and what its buttons say.
day = { DATETIME($day, dateStyle: "long") }
comma = ,
also-in = also in { $articles ->
        [one] { $articles } more article
       *[other] { $articles } more articles
    }
did-you-mean = Nobody of that name is quoted in the archive. Did you mean:
only-text =
    I read only what is written. Ask me in words, for example:
    What did Lavrov say about terrorism financing?
inline-examples = Type a name and a topic: lavrov financing
inline-newest = Nothing about that. Their newest words:
inline-nothing = No quotation fits. Ask me a question

# Groups, channels, languages, and what is kept.
about = I answer from an archive of news articles: who said what, in their own words, with the source. Ask me in English, Arabic or Russian: “What did … say about …?”
about-short = Who said what: verbatim quotations from news articles, with their sources.
command-language = Language of the bot
command-privacy = What the bot keeps about you
command-forget = Delete what the bot keeps about you
command-on = Switch the bot on in this group
command-off = Switch the bot off in this group
command-ingest = Take in an article
not-group-admin = Only this group's admins can do that.
only-in-groups = That is for groups; their admins can do it there.
group-greeting = Hello! I answer from an archive of news articles: write /ask@{ $bot } and a question, or reply to one of my messages.
group-mentions = For me to hear @{ $bot } in a message, too, make me an admin of this group.
group-on = I am back: I answer here again.
group-off = I am silent here from now on. An admin of this group can bring me back with /on or this button.
button-on = Switch on again
channel-offer =
    I was added to this channel. Shall I take its posts into the archive as they appear?
    Earlier posts come in with an export from Telegram Desktop.
channel-on = Its posts are taken in from now on, and again when they are edited.
channel-off = Its posts are not taken in.
button-take-in = Take in its posts
button-leave-out = Leave them out
language-name = English
language-automatic = Automatic
language-of-person = Which language shall I speak with you? A question in Arabic, English or Russian is answered in its own.
language-of-group = Which language shall I speak in this group? A question in Arabic, English or Russian is answered in its own.
language-set = I speak English now.
privacy =
    What I keep about you:
    • each question with my answer, your number in Telegram, and where you asked: for { $days } days, so that buttons and follow-up questions work
    • your votes on answers: as long
    • the language that you chose
    • a message or a press of a button: until it is dealt with

    A question without an answer goes on a wish list for the archive's admins, without any trace of who asked. Of articles that an admin takes in I keep the article, and for { $days } days who is to hear how it went; /forget leaves both. That is all.

    /forget deletes what I keep about you.
forget = Shall I delete all that I keep about you: your questions with my answers, your votes, and the language that you chose? Buttons under my earlier answers will stop working.
button-forget = Yes, delete it
button-keep = No, keep it
forget-kept = All right, nothing was deleted.
forget-done = { $answers ->
        [0] Done. I keep nothing about you.
        [one] Done: { $answers } question with its answer was deleted. I keep nothing about you any more.
       *[other] Done: { $answers } questions with their answers were deleted. I keep nothing about you any more.
    }
forget-whom = You write as the group here, so I do not know who you are. Write /forget to me in private.
forget-of-others = That is somebody else's. Write /forget yourself.

# What admins give, and how they look after the archive.
articles = { $articles ->
        [one] { $articles } article
       *[other] { $articles } articles
    }
statements = { $statements ->
        [0] no quotations
        [one] { $statements } quotation
       *[other] { $statements } quotations
    }
ingest-reading = Reading
ingest-many = { $articles ->
        [one] { $articles } article:
       *[other] { $articles } articles. The first:
    }
ingest-changed = I have another version of it, which this one replaces.
ingest-none = there is no article in it
ingest-unread = { $articles ->
        [one] { $articles } article could not be read:
       *[other] { $articles } articles could not be read. The first:
    }
ingest-rest-unchanged = { $articles ->
        [one] I had { $articles } article already.
       *[other] I had { $articles } articles already.
    }
ingest-waiting = It is in the queue:
ingest-running = Taking in:
ingest-not-yet = Not yet: { $error }.
ingest-again = Next try:
ingest-undone = Taken out again:
ingest-dropped = Not taken in:
button-confirm = Confirm
button-undo = Undo
button-retry = Retry
button-delete = Yes, delete it
button-remove = Yes, take it off the list
button-clear-all = Clear all
button-newer = Newer
button-older = Older
done = All right.
job-gone = That is no longer on my list.
job-busy = It is being worked on or is over; look again in a moment.
job-failed = failed
job-waiting = waiting
job-running = at work
jobs-none = Nothing waits, and nothing has failed.
wishes = { $questions ->
        [one] { $questions } question without an answer:
       *[other] { $questions } questions without an answer, the most asked first:
    }
wishes-none = Every question so far had an answer.
articles-page = Articles { $first }–{ $last } of { $total }, the newest first:
article-gone = That article is no longer in the archive.
deleted = { $articles ->
        [0] Nothing was deleted.
        [one] { $articles } article was deleted.
       *[other] { $articles } articles were deleted.
    }
delete-this = Delete this article?
delete-missing = There is no article { $article }; /articles shows what there is.
delete-which = Write the articles’ ids after the command: /delete ID … – /articles shows them, and has buttons for it.
megabytes = { $megabytes } MB
language-ar = Arabic
language-en = English
language-ru = Russian
stats-languages = Articles by language
stats-months = Articles by month
stats-speakers = Most quoted
stats-questions = Questions in { $days } days
stats-answered = answered: { $answered }, without an answer: { $unanswered }
stats-wishes = on the wish list: { $questions }
feeds-none = There is no feed yet.
feeds-how = /feeds add ADDRESS – reads a feed from now on; /feeds remove ADDRESS or NUMBER – no longer; /feeds – the list
feed-added = New articles are taken in from now on, beginning with the newest { $articles }.
feed-known = It is on the list already.
feed-removed = It is off the list; its articles stay.
feed-unknown = This is not on the list; /feeds shows it:
feed-refused = Not added: { $error }.
feed-due = will be read in a moment
feed-next = will be read at
feed-fails-since = cannot be read since
feed-failing = { $days ->
        [one] The feed “{ $feed }” could not be read for { $days } day
       *[other] The feed “{ $feed }” could not be read for { $days } days
    }: { $url } – if it has moved, /feeds remove it and /feeds add the new address.
command-articles = Articles in the archive
command-delete = Delete articles
command-feeds = Feeds that are read
command-jobs = What waits or has failed
command-wishes = Questions without an answer
command-stats = Figures
