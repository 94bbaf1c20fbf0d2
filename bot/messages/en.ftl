start =
    I answer from an archive of news articles, in the articles' own words.
    Ask me in English, Arabic or Russian, for example:
    What did Lavrov say about terrorism financing?
help =
    Just ask: “What did … say about …?”, “Who said that …?”
    /ask QUESTION – asks in a group, too
    /help – this message
help-admin =
    /ingest – takes in an article: write its text after the command, send a .txt or .md file with /ingest as its caption, or reply with /ingest to a message
not-found = I found no answer to this in the archive.
nearest = What comes closest – not an answer:
which-speaker = More than one person in the archive has that name. Whom do you mean? Please write the full name:
archive-empty = The archive is still empty. An admin can add articles with /ingest.
question-empty = Write your question after the command: /ask What did … say about …?
question-too-long = That question is too long. Please ask in at most { $limit } characters.
not-admin = Only the bot's admins can do that.
ingest-empty = Nothing to take in: write the article's text after /ingest, send a .txt or .md file with it, or reply with it to a message.
ingest-added = Taken in: { $passages ->
        [one] { $passages } passage
       *[other] { $passages } passages
    }. You can ask about it now.
ingest-updated = Updated: { $passages ->
        [one] { $passages } passage
       *[other] { $passages } passages
    }.
ingest-unchanged = I already have this article; nothing changed.
ingest-failed = Not taken in: { $error }.
ingest-large = That file is too large. Telegram lets a bot fetch at most { $megabytes } MB.
ingest-wrong-file = I can only take in .txt and .md files here.
unknown-command = I don't know that command. /help lists what I can do.
defect = Something went wrong on my side. It has been logged; please try again.
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
thanks = Thank you!
command-new = Start a new conversation
untitled = untitled
command-ask = Ask the archive
command-help = What I can do
