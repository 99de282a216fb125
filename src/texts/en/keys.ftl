### The keys, as the help shows them, section by section

keys-list = The list of breakpoints
key-list-down = down, up (also ↓ ↑)
key-list-toggle = switch it off, or on again
key-list-delete = take it away (also x)
key-list-choose = on to the next event that it means
key-list-another = another one: type an expression
key-list-close = close the list (also q, B)

keys-lesson = The lesson
key-lesson-next = next step of the lesson
key-lesson-previous = the step before
key-lesson-back = back to the event of this step, wherever one is
key-lesson-scroll = down, up in the lesson's text
key-lesson-alone = the text alone, or beside the panels again
key-lesson-again = begin the lesson again, answers forgotten

keys-question = The question
key-question-answer = the answer (what they do else they do again after it)
key-question-skip = show it without an answer

keys-step = Step
key-step = one event forward, back (also → ←); of those that are shown
key-step-connection = next, previous event of this connection
key-step-request = next, previous request
key-step-same = next, previous hit of /; without one, event like this one
key-step-chapter = next, previous chapter
key-step-other-end = the other end: from push or notify to the worker, and back
key-step-down = down, up (also ↓ ↑); scrolls the text of a panel of text
key-step-half = half a page down, up
key-step-first = first, last event; 042G goes to event 42
key-step-follow = follow the newest event: of a server, or of a file that is written
key-step-command = go to :123 :+10 :-5 :1.25s :50% :set (a chapter); :q quits
key-step-count = begins a count: 010. takes ten steps; a second without a key ends it

keys-find = Find
key-find-search = search: text, or an expression such as ev=read & ret>0
key-find-filter = show only what an expression means (also :filter); nothing shows all
key-find-connection = show only this connection, or all
key-find-like-this = show only events like this one, or all
key-find-bookmark = ma bookmarks this event, 'a goes there, '' back to before the jump
key-find-jump-back = back to where one has jumped from, jump by jump
key-find-breakpoint = breakpoint on this kind, way, function or op, on or off
key-find-breakpoints = all breakpoints; :break EXPR sets one
key-find-continue = on to the next breakpoint, back to the last (with none: same kind)

keys-play = Play
key-play = play, pause
key-play-speed = faster, slower
key-play-idle = fold idle time, or play it whole (in the view alone)
key-play-hold = hold, release (elsewhere: p again); held, . lets one event through
key-play-turn = held: whose turn: main, a worker, or who waited longest
key-play-record = start, stop recording to a file (to stop it elsewhere: r again)

keys-keep = Keep
key-keep-note = a note on this event (also :note)
key-keep-export = write what is shown to a file (also :export FILE; .txt: the screen)
key-keep-copy = copy this event as JSON

keys-look = Look
key-look-panels = Threads, Space-time, Machine, Connection, Stack, Events, Why, Memory
key-look-why = explain: the panel that says why
key-look-next = next panel (Shift-Tab: previous)
key-look-zoom = this panel alone, or all again
key-look-scale = Space-time: more, fewer rows
key-look-signs = acts, falls asleep; a lane is │ while it runs, ┊ while it sleeps
key-look-theme = the next theme: dark, light, contrast, mono
key-look-language = the next language: English, 中文
key-look-mouse = mouse: click an event or a panel, scroll; or no longer
key-look-help = this help
key-look-close = close what is open, then filter, search, panel; never quits
key-look-paste = text for a line that is being typed; elsewhere it is left alone
key-look-suspend = suspend
key-look-quit = quit (also Ctrl-C)
key-look-quit-and-leave = quit, and leave the last screen in the terminal
key-look-live-only = hold, record: of a running server alone
