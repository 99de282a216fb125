### The Stack panel: the functions of memcached that the event's thread is in

stack-title = Stack
stack-title-of = Stack · { $thread }
stack-kernel = the kernel
stack-returned = returned
stack-nothing-yet = no call of this thread was recorded yet
stack-without-calls = No function calls are recorded here. To have them:
stack-or = or { $command }
