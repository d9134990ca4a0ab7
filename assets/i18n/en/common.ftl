# Words every screen shares. **bold** and `number` mark bold text and numbers.
app-name = Sealing
back = Back
close = Close
cancel = Cancel
carry-on = Carry on
scan-again = Scan again
try-again = Try again
report-trouble = Report a problem
loading = Loading
done = Done
next = Next
next-is = Next: { $name }
step = Step
step-of = Step { $n } of { $of }: { $name }
list-more = Show more
items = { $n ->
    [one] { $n } item
   *[other] { $n } items
}
days-left = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
nav-main = Main
nav-shift = Shift
nav-cases = Cases
nav-scan = Scan
nav-return = Return
nav-queue = To send
nav-return-badge = { $n } to return
nav-queue-badge = { $n } waiting to send
state-ok = Passed
state-bad = Failed
state-warn = Needs attention
state-busy = Under way
state-now = Do this now
state-todo = Not yet
state-unsure = Not known
check-digit-is = check digit { $d }
practice-banner = PRACTICE · not real data
offline-since = **No network** since { $time }. Carry on, **{ $n } items** are kept on this phone.
offline-retry = **No network** since { $time }. Trying again at **`{ $retry }`**.
outage-since = **System down** since { $time }. Use the paper procedure. Order **`{ $order }`**.
hold-how = Hold for 1 second · guards against wet taps
sign-here = Sign with a finger in the frame
sign-clear = Sign again
