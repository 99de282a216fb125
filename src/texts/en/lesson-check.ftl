### What is wrong with a lesson: with its text, or with its steps in its recording

## memstep check

lesson-check-text = { $file }: { $n ->
        [one] 1 problem
       *[other] { $n } problems
    }; with a mistake in the text its events were not looked for
lesson-check-recording = { $file }: its recording cannot be read: { $why }
lesson-check-recording-count = { $file }: 1 problem
lesson-check-done = { $file }: { $steps ->
        [one] 1 step
       *[other] { $steps } steps
    } in { $chapters ->
        [one] 1 chapter
       *[other] { $chapters } chapters
    }, { $problems ->
        [0] no problems
        [one] 1 problem
       *[other] { $problems } problems
    }

## A step in its recording

lesson-problem = { $line }: step { $step }: { $what }
lesson-problem-nowhere = "{ $title }" finds no event: nothing in the recording matches { $filter }
lesson-problem-earlier = "{ $title }" finds no event after that of the step before: { $filter } matches { $n ->
        [one] 1 event
       *[other] { $n } events
    } earlier; move the step up, or name another event
lesson-problem-back = "{ $title }" is never reached: its event does not come after that of step { $step }; use `next`,
    or move it up
lesson-problem-not-said = "{ $title }" asks `{ $ask }`, but its event ({ $kind }) does not say, and neither does what
    follows on its thread before the next step
lesson-problem-too-few = "{ $title }" asks `{ $ask }`, but there are not enough other answers to choose from
lesson-problem-stuck = steps { $first } to { $last } are never reached: against a live server the lesson waits here for
    ever
lesson-problem-stuck-last = step { $last } is never reached: against a live server the lesson waits here for ever

## The head of the text

lesson-wrong-long = the text has more than { $most } bytes; split it into lessons
lesson-wrong-head = expected a line `---`, then { $keys } a line each, then `---`
lesson-wrong-head-open = this `---` has no other below it; expected one after the last key
lesson-wrong-key-missing = `{ $key }:` is missing; expected it before this line
lesson-wrong-key = expected `KEY: VALUE`, where KEY is one of { $keys }
lesson-wrong-key-twice = `{ $key }:` for the second time; remove one
lesson-wrong-key-empty = expected something after `{ $key }:`
lesson-wrong-minutes = expected a number from 1 to { $most }
lesson-wrong-language = expected { $codes }

## Chapters, steps and blocks

lesson-wrong-heading = an empty heading; expected what comes, in a few words
lesson-wrong-no-chapter = the lesson has no chapter; expected `# CHAPTER`, and below it `## STEP`
lesson-wrong-no-step = this chapter has no step; expected a heading `## STEP` below it
lesson-wrong-step-first = a step before the first chapter; expected a heading `# CHAPTER` above it
lesson-wrong-no-block = this step names no event; expected a block ```step with a line `next FILTER` below its heading
lesson-wrong-no-event = this step's block names no event; expected a line `next FILTER` in it
lesson-wrong-step-outside = a `step` block outside of a step; expected `## STEP` above it
lesson-wrong-step-twice = a second `step` block; a step has one: begin another with `##`
lesson-wrong-do-outside = a `do` block outside of a step; expected `## STEP` above it
lesson-wrong-do-block = an empty `do` block; expected connect, close, or what is typed

## The lines of a step's block

lesson-wrong-unknown = no such { $what }: { $word }; expected one of { $all }
lesson-wrong-unknown-near = no such { $what }: { $word }; did you mean { $near }?
lesson-wrong-event-twice = `{ $word }` stands here besides another; a step is about one event: make this a step of
    its own
lesson-wrong-filter = expected a filter after `{ $word }`, such as `{ $word } ev=state & to=conn_nread`
lesson-wrong-field = `{ $field }` is another one each time the story is recorded; say what happens, as in `ev=read &
    conn=0`
lesson-wrong-show = expected panels after `show`: { $panels }
lesson-wrong-panel-twice = the panel { $panel } is named twice
lesson-wrong-ask = expected what is asked after `ask`: { $questions }
lesson-wrong-ask-twice = a second `ask`; a step asks one thing
lesson-wrong-guess = `{ $word }` is nothing that can be guessed; expected one of { $questions }
lesson-wrong-do = expected what the client does after `do`: connect, close, or what it types
