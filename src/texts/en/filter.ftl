### What is wrong with an expression of the filter language

filter-too-long = a filter has at most { $n } bytes
filter-no-open = no ( goes with this )
filter-end = the end
filter-too-deep = at most { $n } parentheses and ! stand within each other
filter-no-close = this ( is never closed
filter-alone = { $name } stands alone: it is there or not
filter-number = { $name } is a number: = != < <= > >= compare it
filter-flag = { $name } is true or false: = and != compare it
filter-bytes = { $name } is bytes: = != ~ !~ compare them
filter-word = { $name } is a word: = != ~ !~ compare it
filter-one-comparison = expected & or | before { $found }: a condition has one comparison
filter-ev-flags = event flags stand in quotes: ev_flags="EV_READ|EV_PERSIST"
filter-known-as = no such field: { $name }; here it is { $known-as }
filter-belongs-to = { $name } is { $what ->
    [kind] a kind
    [state] a state
    [thread] a thread
    [function] a function
   *[error] an error
}, not a field: { $field }={ $name }
filter-number-alone = expected a field before { $name }, as in conn=0 or t>1.2s
filter-no-field = no such field: { $name }; the commonest are ev, th, conn, fd, to, data, ret, errno and t
filter-no-field-but = no such field: { $name }; did you mean { $near }?
filter-whole-number = { $name } is a whole number: { $example }
filter-time = { $name } is a time: 1.2s, 300ms, 15us, or plain nanoseconds
filter-true-or-false = { $name } is true or false; { $name } alone is { $name }=true
filter-what-kind = kind
filter-what-error = error
filter-what-thread = thread
filter-what-state = state
filter-what-function = function
filter-what-protocol = protocol
filter-what-event-flag = event flag
filter-kinds = one of a later version stands in quotes
filter-errors = one that this system does not have stands in quotes
filter-threads = there are main, worker0, worker1 ... and client; another one stands in quotes
filter-states = as `-vvv` has them: conn_new_cmd, conn_read, conn_nread ...; one of another version stands in quotes
filter-functions = of memcached's, such as drive_machine or conn_new; one that memstep does not know stands in quotes
filter-flags = EV_READ, EV_WRITE and EV_PERSIST, "EV_READ|EV_PERSIST"
filter-protocols = auto-negotiate, ascii and binary
filter-no-name = no such { $what }: { $word }; { $most }
filter-no-name-but = no such { $what }: { $word }; did you mean { $near }?
filter-no-comparison = no such comparison: { $sign }; did you mean { $meant }?
filter-quote-word = expected a value after { $sign }; the word { $word } stands in quotes: "{ $word }"
filter-no-value = expected a value after { $sign }, found { $found }
filter-field-before-quotes = expected a field before the quotes, as in data~"set"
filter-field-before = expected a field before { $sign }, as in conn=0
filter-condition = expected a condition, such as ev=state or conn=0
filter-condition-found = expected a condition, such as ev=state or conn=0; found { $found }
filter-side-by-side = two conditions side by side: put & (both) or | (either) between them
filter-and-or = expected & or | before { $found }; a value with blanks stands in quotes
filter-quotes = bytes, and words with blanks, stand in "..."
filter-only-in-quotes = { $sign } can only stand in "..."
filter-hex = \x needs two hexadecimal digits, as in \x0d
filter-no-escape = no such escape: \{ $sign }; there are \n \r \t \0 \" \\ and \x0d
filter-quotes-open = these quotes are never closed
