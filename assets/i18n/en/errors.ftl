# Topic: errors. Keep ids prefixed with the topic; the other language has the same ids.
err-store = The data on this phone cannot be read or written
err-store-do = Nothing is lost yet. Close the app and open it again. If it stays so, report it and write on paper.
err-detail = The phone says
not-here-title = Not on this phone
not-here-do = With coverage, wait until the list is up to date, then open it again.
not-here-case = This case is not on this phone
not-here-seal = This seal is not on this phone
link-radio-off = Bluetooth is off. Switch it on and read again.
link-not-allowed = The app may not use Bluetooth. Allow it in the phone's settings and read again.
link-not-heard = The seal is not heard. Stand beside it, press its wake button and read again.
link-too-far = The seal is too far. Come within 2 metres and read again.
link-busy = Another phone is connected to the seal. Wait until it is done and read again.
link-other-seal = The seal that answered is { $seal }, not the one of this case. Check the label and read again.
link-not-accepted = The seal does not accept this phone. Report it, so that its password is checked.
link-lost = The link to the seal was lost. Stand beside it and read again.
link-no-answer = The seal did not answer in time. Stand beside it and read again.
link-unreadable = The seal's answer cannot be read. Read again; if it stays so, report it.
refused-not-on-case = This seal is not on the case. Scan its label again.
refused-role = This account may not inspect or remove seals. Call the officer in charge.
refused-inspect-office = The final inspection is made at { $office }. Here, record a check on the way.
refused-off-office = This seal comes off only at { $office }. Keep it on.
refused-checks-missing = { $n ->
    [one] { $n } check
   *[other] { $n } checks
} by hand are not made yet. Go back and make them.
refused-too-mild = The findings ask for more: { $verdict }.
refused-command-open = How the last command ended is not known. Read the seal first.
refused-not-closed = The seal is not closed in this case any more.
refused-not-inspected = The seal was not inspected and accepted here. Inspect it first.
refused-held = Held for full examination. A shift lead or supervisor has to accept it first.
refused-conflict = The records of this seal contradict each other. A supervisor decides, or two officers act with a reason.
