### What a lesson says around its own words: on the screen, as text, to whoever begins one of their own

## The last line

lesson-hint-answer = answer
lesson-hint-show = show
lesson-hint-again = again
lesson-hint-next = next step
lesson-hint-elsewhere = back to the lesson
lesson-hint-before = step before
lesson-hint-events = event by event
lesson-hint-why = why
lesson-hint-alone = text alone

## What a key says

lesson-begun = Enter: the next step   Backspace: back   ?: all keys
lesson-continued = continued at step { $n } of { $of } (R begins again)
lesson-asked = what do you think? a letter answers, s shows it without
lesson-ended = this is the end: R begins again, Backspace goes back, q quits
lesson-first-step = the first step
lesson-no-chapter = there is no such chapter
lesson-not-kept = how far you come cannot be kept: { $why }

## The panel

lesson-title = step { $n } of { $of } · { $chapter }
lesson-title-waiting = step { $n } of { $of } · waiting · { $chapter }
lesson-title-over = { $lesson } · the end
lesson-elsewhere = ◂ You are at event { $here }; this step is at { $there }. L: back to it
lesson-client = {"> the client: "}
lesson-no-event = (this step finds no event in the recording)
lesson-no-event-live = (its event has not come, or is let go)

## The panel: what is asked, and the answer

lesson-before-next = { $thread } comes to { $what }. After that:
lesson-before-thread = Next: { $what }
lesson-before = Next: { $what }, on { $thread }
lesson-letters = a-{ $last }: what do you think?   s: show it without
lesson-right = ✓ Right:{" "}
lesson-not-so = ✗ Not so:{" "}
lesson-it-is = {"  It is:  "}

## The panel: what is waited for

lesson-not-yet = This has not happened yet.
lesson-with-telnet = In another terminal, with telnet:
lesson-telnet-close = Ctrl-], then quit
lesson-held = The server is held: . lets its next event through, p lets it go.
lesson-without-it = Enter: go on without it

## The panel: the end

lesson-score = { $right } of { $asked } questions answered rightly.
lesson-unanswered = { $n } not answered.
lesson-following = The next lesson: { $title }
lesson-over = R begins this one again; the recording stays here to look around in. `memstep lesson --list` lists all
    lessons.

## Questions

lesson-ask-next = What does { $thread } do next?
lesson-ask-result = What does { $call } return?
lesson-ask-ready = What does epoll_wait report to { $thread }?
lesson-ask-to = What is the next state of { $conn }?
lesson-ask-state = In which state does it begin?
lesson-ask-thread = On which thread does it happen?
lesson-ask-worker = Which worker is chosen?
lesson-ask-data = Which bytes are they?
lesson-ask-depth = How many items are in the queue after it?
lesson-ask-interest = What is waited for?
lesson-ask-want = How many bytes does it ask for?
lesson-ask-why = Why is it closed?
lesson-ask-of-conn = What is { $field } of { $conn } after it?
lesson-ask-field = What is its `{ $field }`?

## Choices

lesson-choice-nothing = nothing: it sleeps until the client does something
lesson-choice-wake = wake: epoll_wait returns
lesson-choice-wait = wait: it goes to sleep
lesson-ready-and = {", "}
lesson-ready-pipe = the pipe
lesson-ready-listening = the listening socket
lesson-ready-r = { $who } is readable
lesson-ready-w = { $who } is writable
lesson-ready-rw = { $who } is readable and writable
lesson-ready-timer = only that a timer is due
lesson-ready-nothing = nothing

## A lesson as text

lesson-head = { $steps } steps, { $minutes } minutes; recording { $recording }
lesson-answer = { $letter }: { $right }.
lesson-answer-why = { $letter }: { $right }. { $title }. { $why }

## The list

lesson-minutes = { $n } min
lesson-in-english = {" "}(English)
lesson-far = {" "}· been to step { $n } of { $of }
lesson-far-score = {" "}· been to step { $n } of { $of }, { $right } of { $asked } right
lesson-how-to-open = `memstep lesson NAME` shows one; its number will do, or how its name begins.

## Which lesson

lesson-unknown = no such lesson: { $name } (`memstep lesson --list` lists them)
lesson-unknown-near = no such lesson: { $name }; did you mean { $near }? (`memstep lesson --list` lists them)
lesson-ambiguous = { $name } may be { $names }; write more of it
lesson-not-translated = { $name } is not translated yet: this is the English one
# The language's name in English: said on a terminal that can write no other.
lesson-language = English
lesson-no-ascii = there is no { $language } in ASCII; the lesson is in English

## Its files

lesson-not-read = cannot read the lesson { $file }
lesson-not-utf-8 = { $file }:{ $line }: the text is not UTF-8 here; save it as UTF-8
lesson-recording-not-opened = { $file }: its recording cannot be opened; `recording:` is a path from where the lesson is
lesson-recording-not-carried = { $file }: its recording, { $recording }, did not come with this program
lesson-progress-broken = { $file }: not understood ({ $why }); it is kept as { $kept }, and a new one begun

## A new one

lesson-new-stdin = --new needs a file: the lesson names its recording
lesson-new-bad-name = { $recording }: a lesson cannot hold such a name; rename the recording
lesson-new-not-found = cannot find { $file }
lesson-new-exists = { $file } exists already; choose another name
lesson-new-not-written = cannot write { $file }
lesson-new-done = { $file }: { $steps } steps; `memstep lesson { $file }` shows it, `memstep check { $file }` checks it
lesson-new-title = A lesson
lesson-new-about = What this lesson is about, in a sentence.
lesson-new-beginning = The beginning
lesson-new-chapter = A chapter
